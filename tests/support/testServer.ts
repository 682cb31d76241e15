import { join } from "node:path";
import { type Server, startServer } from "../../simulator/server.ts";

/** Names the folder of an npm package with another PostgreSQL to run the tests against. */
export const POSTGRES_VARIABLE = "TEST_POSTGRES";

/** Starts the PostgreSQL that tests run against: the one installed by `npm ci`, unless the environment names another. */
export function startTestServer(): Promise<Server> {
  const folder = process.env[POSTGRES_VARIABLE];
  if (folder === undefined) return startServer({ durable: false });
  const [initdb, postgres] = ["initdb", "postgres"].map((name) => join(folder, "native/bin", name)) as [string, string];
  return startServer({ durable: false, programs: { initdb, postgres } });
}
