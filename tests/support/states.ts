import type { Database } from "../../worker/src/database.ts";
import type { TestDatabase } from "./database.ts";
import { type Claim, defer, type Failure, fail, succeed, take } from "./queue.ts";

/** Brings request 1 of kind `clap`, and no other, into a state; resolves with its attempt if one is running. */
export type Setup = (database: TestDatabase, worker: Database) => Promise<Claim | undefined>;

async function insert(database: TestDatabase): Promise<undefined> {
  await database.query("insert into make_it_clap (id, duration_seconds) overriding system value values (1, 1)");
}

let jobs = 0;

async function run(database: TestDatabase, worker: Database): Promise<Claim> {
  await insert(database);
  return await take(worker, `state-${++jobs}`);
}

async function runAndFail(database: TestDatabase, worker: Database, how: Partial<Failure> = {}): Promise<undefined> {
  await fail(worker, await run(database, worker), { reason: "error", message: "no", final: false, ...how });
}

async function runAndSucceed(database: TestDatabase, worker: Database): Promise<undefined> {
  await succeed(worker, await run(database, worker));
}

/** Every state that a request can be in. */
export const STATES = {
  "never inserted": async () => undefined,
  waiting: insert,
  running: run,
  "running, its worker dead": async (database) => {
    const dying = database.connect();
    const attempt = await run(database, dying);
    await dying.close();
    return attempt;
  },
  "running and canceled": async (database, worker) => {
    const attempt = await run(database, worker);
    await database.query("select batch.cancel('clap', 1, 'before')");
    return attempt;
  },
  reserved: runAndFail,
  interrupted: (database, worker) => runAndFail(database, worker, { reason: "interrupted" }),
  deferred: async (database, worker) => {
    await defer(worker, await run(database, worker), { afterSeconds: 3_600, message: "later" });
  },
  "failed and not queued": async (database, worker) => {
    await runAndFail(database, worker);
    await database.query("delete from batch.queue");
  },
  DEAD: (database, worker) => runAndFail(database, worker, { final: true }),
  SUCCESS: runAndSucceed,
  retried: async (database, worker) => {
    await runAndFail(database, worker, { final: true });
    await database.query("select batch.retry('clap', 1)");
  },
  "re-inserted": async (database, worker) => {
    await runAndSucceed(database, worker);
    await database.query("delete from make_it_clap where id = 1");
    await insert(database);
  },
  canceled: async (database) => {
    await insert(database);
    await database.query("select batch.cancel('clap', 1)");
  },
} as const satisfies Record<string, Setup>;

export type StateName = keyof typeof STATES;
