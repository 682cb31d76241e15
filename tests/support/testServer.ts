import { statfsSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "../../simulator/server.ts";

/** Names the folder of an npm package with another PostgreSQL to run the tests against. */
export const POSTGRES_VARIABLE = "TEST_POSTGRES";

/** Linux' file system in memory. */
const MEMORY = "/dev/shm";

/** Several times what the tests need. */
const MIN_BYTES = 2 ** 31;

/**
 * Starts the PostgreSQL that tests run against: the one installed by `npm ci`, unless the environment names another. Its data is in memory
 * where there is room: copying and dropping hundreds of databases takes a fifth of the run on a disk.
 */
export function startTestServer(): Promise<Server> {
  const args = { durable: false, ...(hasRoom() ? { tempParent: MEMORY } : {}) };
  const folder = process.env[POSTGRES_VARIABLE];
  if (folder === undefined) return startServer(args);
  const [initdb, postgres] = ["initdb", "postgres"].map((name) => join(folder, "native/bin", name)) as [string, string];
  return startServer({ ...args, programs: { initdb, postgres } });
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= MIN_BYTES;
  } catch {
    return false;
  }
}
