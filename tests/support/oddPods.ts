import { createTestDatabase, type TestDatabase } from "./database.ts";
import { attachOdd, createOddWork, type OddPod } from "./oddWork.ts";

/** A database with the table `odd`, and pods that do what its rows say. */
interface OddPods {
  readonly database: TestDatabase;
  /** @param actions - what oddHandler.ts does for each row */
  insert(...actions: string[]): Promise<unknown>;
  attempts(): Promise<{ status: string; reason: string; error: string }[]>;
  /** @param prefix - a command that starts the pod elsewhere */
  start(env?: NodeJS.ProcessEnv, prefix?: readonly string[]): OddPod;
  /** Empties the table and the queue. */
  reset(): Promise<void>;
  /** Kills the pods that still run. */
  end(): Promise<void>;
}

/** Prepares them for the calling test file. */
export async function createOddPods(): Promise<OddPods> {
  const database = await createTestDatabase();
  await attachOdd(database);
  const work = await createOddWork();
  return {
    database,
    end: work.end,
    insert: (...actions) => database.query("insert into odd (does) select unnest($1::text[])", [actions]),
    attempts: () => database.query("select status, reason, error from batch.attempt order by request_id, attempt"),
    start: (env = {}, prefix = []) => work.start({ ...database.env, ...env }, prefix),
    async reset() {
      await database.reset();
      await database.query("truncate odd restart identity");
    },
  };
}
