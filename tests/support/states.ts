import type { Database } from "../../worker/src/database.ts";
import type { TestDatabase } from "./database.ts";
import { type Claim, defer, fail, succeed, take } from "./queue.ts";

/** Brings request 1 of kind `clap`, and no other, into a state; resolves with its attempt if one is running. */
export type Setup = (database: TestDatabase, worker: Database) => Promise<Claim | undefined>;

const insert = (database: TestDatabase) =>
  database.query("insert into make_it_clap (id, duration_seconds) overriding system value values (1, 1)");

let jobs = 0;

async function run(database: TestDatabase, worker: Database): Promise<Claim> {
  await insert(database);
  return await take(worker, `state-${++jobs}`);
}

async function end(
  database: TestDatabase,
  worker: Database,
  how: "fail" | "interrupt" | "die" | "succeed",
): Promise<void> {
  const attempt = await run(database, worker);
  if (how === "succeed") await succeed(worker, attempt);
  else
    await fail(worker, attempt, {
      reason: how === "interrupt" ? "interrupted" : "error",
      message: "no",
      final: how === "die",
    });
}

/** Every state that a request can be in. */
export const STATES = {
  "never inserted": async () => undefined,
  waiting: async (database) => {
    await insert(database);
    return undefined;
  },
  running: (database, worker) => run(database, worker),
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
  reserved: async (database, worker) => {
    await end(database, worker, "fail");
    return undefined;
  },
  interrupted: async (database, worker) => {
    await end(database, worker, "interrupt");
    return undefined;
  },
  deferred: async (database, worker) => {
    await defer(worker, await run(database, worker), { afterSeconds: 3_600, message: "later" });
    return undefined;
  },
  "failed and not queued": async (database, worker) => {
    await end(database, worker, "fail");
    await database.query("delete from batch.queue");
    return undefined;
  },
  DEAD: async (database, worker) => {
    await end(database, worker, "die");
    return undefined;
  },
  SUCCESS: async (database, worker) => {
    await end(database, worker, "succeed");
    return undefined;
  },
  retried: async (database, worker) => {
    await end(database, worker, "die");
    await database.query("select batch.retry('clap', 1)");
    return undefined;
  },
  "re-inserted": async (database, worker) => {
    await end(database, worker, "succeed");
    await database.query("delete from make_it_clap where id = 1");
    await insert(database);
    return undefined;
  },
  canceled: async (database) => {
    await insert(database);
    await database.query("select batch.cancel('clap', 1)");
    return undefined;
  },
} as const satisfies Record<string, Setup>;

export type StateName = keyof typeof STATES;
