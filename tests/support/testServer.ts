import { join } from "node:path";
import { type Server, startServer } from "../../simulator/server.ts";

/** The folder of an npm package with another PostgreSQL, for the tests of a run. */
export const POSTGRES_VARIABLE = "TEST_POSTGRES";

/** Starts the PostgreSQL that tests run against: the one that users get by `npm ci`, unless the environment names another. */
export function startTestServer(): Promise<Server> {
  const folder = process.env[POSTGRES_VARIABLE];
  if (folder === undefined) return startServer({ durable: false });
  const [initdb, postgres] = ["initdb", "postgres"].map((name) => join(folder, "native/bin", name)) as [string, string];
  return startServer({ durable: false, programs: { initdb, postgres } });
}
