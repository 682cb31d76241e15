import { createTestDatabase } from "./database.ts";
import { attachOdd, createOddWork } from "./oddWork.ts";

/** Prepares, for the calling test file, a database with the table `odd`, and pods that do what its rows say. */
export async function createOddPods() {
  const database = await createTestDatabase();
  await attachOdd(database);
  const work = await createOddWork();
  return {
    database,
    /** Kills the pods that still run. */
    end: work.end,
    /** @param actions - what oddHandler.ts does for each row */
    insert: (...actions: string[]) => database.query("insert into odd (does) select unnest($1::text[])", [actions]),
    attempts: () =>
      database.query<{ status: string; reason: string; error: string }>(
        "select status, reason, error from batch.attempt order by request_id, attempt",
      ),
    /** @param prefix - a command that starts the pod elsewhere */
    start: (env: NodeJS.ProcessEnv = {}, prefix: readonly string[] = []) =>
      work.start({ ...database.env, ...env }, prefix),
    /** Empties the table and the queue. */
    async reset() {
      await database.reset();
      await database.query("truncate odd restart identity");
    },
  };
}
