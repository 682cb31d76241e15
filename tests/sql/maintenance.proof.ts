import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "../../worker/src/database.ts";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, poll, succeed } from "../support/queue.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { query } = database;

/** What a DBA runs, each in its own transaction, on every table and index that claims and inserts use. */
async function* getStatements(): AsyncIterable<string> {
  const tables = await query<{ name: string; key: string }>(
    `select indrelid::regclass::text as name, indexrelid::regclass::text as key from pg_index
     where indisprimary and indrelid in (
       select oid from pg_class where relnamespace = 'batch'::regnamespace or oid = 'make_it_clap'::regclass)`,
  );
  for (const { name, key } of tables) {
    yield `reindex table concurrently ${name}`;
    yield `reindex index concurrently ${key}`;
    yield `vacuum full ${name}`;
    yield `cluster ${name} using ${key.replace("batch.", "")}`;
    yield `vacuum (freeze, analyze) ${name}`;
    yield `alter table ${name} set (fillfactor = 70)`;
  }
}

test("tables and indexes are rebuilt while requests are inserted, claimed and polled: none is lost, none runs twice", async () => {
  let busy = true;
  let inserted = 0;
  async function keep(work: () => Promise<unknown>): Promise<void> {
    while (busy) await work();
  }
  const inserting = await database.open();
  const insert = async () => {
    await inserting.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 5)");
    inserted += 5;
  };
  const scaler = database.connect();
  let jobs = 0;
  const runOne = async (worker: Database) => {
    const attempt: Claim | undefined = await claim(worker, claimParams(`job-${++jobs}`));
    if (attempt) await succeed(worker, attempt);
    return attempt;
  };
  const workers = [database.connect(), database.connect()];
  const working = Promise.all([
    keep(insert),
    keep(() => poll(scaler)),
    ...workers.map((worker) => keep(() => runOne(worker))),
  ]);
  try {
    for await (const statement of getStatements()) await query(statement);
  } finally {
    busy = false;
  }
  await working;
  const [worker] = workers as [Database, Database];
  await until("nothing waits", async () => (await runOne(worker)) === undefined, { intervalMs: 0, timeoutMs: 120_000 });
  assert.deepEqual(await query("select status, attempt, count(*)::int from batch.request group by 1, 2"), [
    { status: "SUCCESS", attempt: 1, count: inserted },
  ]);
  assert.deepEqual(await query("select problem from batch.status"), [{ problem: null }]);
});
