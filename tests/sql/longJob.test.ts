import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claimParams, succeedAndClaim, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const FINISHED = 100;

/** The entries of the index of Jobs that this session has read, dead ones included. */
async function countRead(): Promise<number> {
  const [row] = await query<{ read: string }>(
    "select pg_stat_get_xact_tuples_returned('batch.queue_job'::regclass) as read",
  );
  return Number(row?.read);
}

describe("beside an open snapshot, a Job that has finished many requests reads none of their dead entries again", () => {
  let key = "";

  before(async () => {
    await query(`
      insert into make_it_clap (duration_seconds) select 1 from generate_series(1, ${2 * FINISHED});
      analyze batch.queue`);
    await database.begin("select 1", "repeatable read");
    const worker = database.connect("batch_worker");
    const pod = claimParams("long");
    let attempt = await take(worker, pod.jobName, pod);
    for (let jobFinished = 1; jobFinished <= FINISHED; jobFinished++)
      attempt = (await succeedAndClaim(worker, attempt, null, { ...pod, jobFinished })) as Claim;
    key = `'clap', 'long', ${attempt.requestId}, ${attempt.attempt}, ${attempt.session}`;
  });

  for (const call of [
    "succeed(KEY, null)",
    "fail(KEY, 'error', 'no', false)",
    "defer(KEY, 60, 'later')",
    "report(KEY, null, '1')",
    "announce_stop(KEY, 10)",
    "renew(KEY, 30)",
  ]) {
    test(`at batch.${call}`, async () => {
      await query("begin");
      const start = await countRead();
      const done = await query(`select batch.${call.replace("KEY", key)}`);
      const read = (await countRead()) - start;
      await query("rollback");
      assert.equal(done.length, 1);
      assert.ok(read < FINISHED / 2, `${read} entries read`);
    });
  }
});
