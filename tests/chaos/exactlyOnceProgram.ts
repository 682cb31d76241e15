import { existsSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

// The command of `npm run chaos -- --exactly-once`: the first effects are each written in a transaction with a checkpoint, the last one in
// that of `batch.finish()`, whose answer is lost in one request of three.

const { BATCH_TOKEN: token = "", BATCH_ATTEMPT: attempt, BATCH_CHECKPOINT_FILE = "", PGHOST: host = "" } = process.env;
const row = JSON.parse(await text(process.stdin)) as { id: number; effects: number; seconds: number };
const pauseMs = (1_000 * row.seconds) / row.effects;

/** SQLSTATE of batch.own(): the attempt is no longer current. */
const NOT_CURRENT = "55000";

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ host });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function insertEffect(client: pg.Client, effect: number): Promise<void> {
  await client.query("insert into effects (page_id, effect, attempt) values ($1, $2, $3)", [row.id, effect, attempt]);
}

/** Runs one transaction without waiting for its answer if that is to be lost. Resolves with whether it finished the request. */
async function finish(client: pg.Client, loseAnswer: boolean): Promise<boolean | undefined> {
  await client.query("begin");
  const { rows } = await client.query<{ finished: boolean }>("select batch.finish($1) as finished", [token]);
  if (rows[0]?.finished) await insertEffect(client, row.effects);
  const committed = client.query("commit");
  if (loseAnswer) {
    committed.catch(() => undefined);
    (client as unknown as { connection: { stream: { end(): void } } }).connection.stream.end();
    return undefined;
  }
  await committed;
  return rows[0]?.finished === true;
}

try {
  let client = await connect();
  let done = existsSync(BATCH_CHECKPOINT_FILE) ? JSON.parse(readFileSync(BATCH_CHECKPOINT_FILE, "utf8")).done : 0;
  for (; done < row.effects - 1; done++) {
    await client.query("begin");
    await client.query("select batch.own($1)", [token]);
    await insertEffect(client, done + 1);
    // So that most kills hit an open transaction.
    await sleep(pauseMs);
    await client.query("select batch.checkpoint($1, $2)", [token, JSON.stringify({ done: done + 1 })]);
    await client.query("commit");
  }
  await sleep(pauseMs);
  if (row.id % 3 === 0) {
    await finish(client, true);
    client = await connect();
    if ((await finish(client, false)) === false) {
      await client.query("insert into repeated (page_id) values ($1)", [row.id]);
    }
  } else {
    await finish(client, false);
  }
  await client.end();
} catch (error) {
  if ((error as pg.DatabaseError).code !== NOT_CURRENT) throw error;
  const client = await connect();
  await client.query("insert into refused (page_id, attempt) values ($1, $2)", [row.id, attempt]);
  await client.end();
  process.exit(1);
}
