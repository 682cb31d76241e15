import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const { query } = database;
const REQUESTS = 5_000;
const POLL = "select batch.demand('parcel', 1, 10)";

/** What is done with many requests at once, after what has happened to them. */
const CASES: readonly (readonly [string, string])[] = [
  ["select batch.detach('parcel')", ""],
  ["truncate parcels", ""],
  ["delete from parcels", ""],
  ["insert into parcels select generate_series(1, 5000)", "delete from parcels"],
  ["update parcels set id = -id where id <= 500", ""],
  ["select batch.attach('parcels', 'parcel')", "delete from batch.queue"],
  ["select batch.purge('parcel', '0')", "delete from batch.queue"],
  [POLL, "update batch.queue set available_at = now()"],
  [POLL, "update batch.queue set available_at = now() + '1 h'; update batch.scaling set polled_at = now() + '20 min'"],
  [POLL, "update batch.queue set enqueued_xid = '9999999999'"],
  [POLL, "update batch.queue set job_name = 'a' || request_id, session_id = request_id"],
  [
    POLL,
    `set local session_replication_role = replica; delete from parcels; set local session_replication_role = origin;
     update batch.kind set sweep_pending = true`,
  ],
];

/** The rows of the queue's tables that this transaction has read. */
async function countReads(): Promise<number> {
  const [row] = await query<{ rows: string }>(
    "select sum(seq_tup_read + idx_tup_fetch) as rows from pg_stat_xact_user_tables where schemaname = 'batch'",
  );
  return Number(row?.rows);
}

describe("with statistics from before the kind was attached, no plan takes quadratic time", () => {
  before(async () => {
    await query(`
      alter table batch.queue set (autovacuum_enabled = off);
      alter table batch.history set (autovacuum_enabled = off);
      alter table batch.deleted_request set (autovacuum_enabled = off);
      create table parcels (id bigint primary key);
      insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 3000);
      insert into batch.history (kind, request_id, attempt, created_at, started_at, status)
      select 'clap', -i, 1, now(), now(), 'SUCCESS' from generate_series(1, 3000) i;
      insert into batch.deleted_request select 'clap', -i from generate_series(1, 3000) i;
      analyze batch.queue, batch.history, batch.deleted_request;
      select batch.attach('parcels', 'parcel')`);
  });
  let insertedMs = 0;
  beforeEach(async () => {
    const began = performance.now();
    await query(`
      begin;
      insert into parcels select generate_series(1, ${REQUESTS});
      insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status)
      select 'parcel', i, 1, now(), now(), now() - interval '1 h', case when i % 2 = 0 then 'SUCCESS' else 'FAILED' end
      from generate_series(1, ${REQUESTS}) i`);
    insertedMs = performance.now() - began;
  });
  afterEach(() => query("rollback"));

  for (const [statement, earlier] of CASES) {
    test(`${statement}${earlier && `, after ${earlier.replaceAll(/\s+/g, " ")}`}`, async () => {
      if (earlier) await query(earlier);
      const previously = await countReads();
      // Rows that a plan keeps in memory are not counted, but comparing all of them with all takes longer than this timeout, which is at
      // least ten times as long as the slowest statement takes.
      await query(`set local statement_timeout = ${Math.ceil(Math.max(5_000, 50 * insertedMs))}; ${statement}`);
      const rows = (await countReads()) - previously;
      assert.ok(rows <= 100 * REQUESTS, `at most 100 rows for each request must be read; got ${rows}`);
    });
  }
});
