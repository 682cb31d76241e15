import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, fail, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect();

/** A pod of the Job claims a request, and its work fails; resolves with the claim. */
async function pod(job: string, final: boolean, limits = {}): Promise<Claim> {
  const claimed = await take(worker, job, limits);
  await fail(worker, claimed, { reason: "error", message: "no", final });
  return claimed;
}

/** For how many seconds a request is reserved for its Job; null: it is free. */
async function reserved(id: number): Promise<number | null> {
  const [row] = await query<{ seconds: number | null }>(
    "select round(extract(epoch from reserved_until - now()))::integer as seconds from batch.queue where request_id = $1",
    [id],
  );
  assert.ok(row, "it is in the queue");
  return row.seconds;
}

function near(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 2, `about ${expected} s; got ${actual}`);
}

describe("a reserved request waits as long as its Job's next pod takes", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 10)");
  });

  test("10 s, 20 s, 40 s, ... after as many failed pods, and 20 s for the pod to start", async () => {
    for (const seconds of [10, 20, 40, 80]) {
      await pod("a", false, { backoffLimit: 4 });
      near(await reserved(1), seconds + 20);
    }
    await pod("a", false, { backoffLimit: 4 });
    assert.deepEqual(await query("select from batch.queue where request_id = 1"), []);
  });

  test("at most 600 s", async () => {
    for (let failure = 0; failure < 8; failure++) await pod("a", false, { backoffLimit: 20 });
    near(await reserved(1), 620);
  });

  test("pods whose request is DEAD count as failed pods of the Job, too", async () => {
    for (let dead = 1; dead <= 3; dead++) await pod("a", true, { backoffLimit: 4 });
    assert.equal((await pod("a", false, { backoffLimit: 4 })).requestId, "4");
    near(await reserved(4), 80 + 20);
  });

  test("backoffLimit 1: after a DEAD request and an error the Job is Failed, and the request is free at once", async () => {
    await pod("a", true, { backoffLimit: 1 });
    await pod("a", false, { backoffLimit: 1 });
    assert.equal(await reserved(2), null);
    const next = await take(worker, "b", { backoffLimit: 1 });
    assert.deepEqual([next.requestId, next.attempt], ["2", 2]);
  });

  test("backoffLimit 0: the Job has no second pod", async () => {
    await pod("a", true, { backoffLimit: 0, crashLimit: 3 });
    const crashing = await take(worker, "b", { backoffLimit: 0, crashLimit: 3 });
    await fail(worker, crashing, { reason: "crashed", message: "no", final: false });
    assert.equal(await reserved(2), null);
  });

  test("requests without a row, and successes, do not count as failed pods", async () => {
    await query(
      "insert into batch.queue (kind, request_id, enqueued_xid) select 'clap', n, '3' from generate_series(100, 105) n",
    );
    const first = await take(worker, "a");
    assert.equal(first.requestId, "1");
    await succeed(worker, first);
    await pod("a", false);
    near(await reserved(2), 10 + 20);
  });

  test("a crash that the scaling query records counts as one failed pod", async () => {
    const dying = database.connect();
    await claim(dying, claimParams("a"));
    await dying.close();
    await query("select batch.demand('clap', 1, 10)");
    await query("update batch.queue set suspected_at = suspected_at - interval '1 hour'");
    await query("select batch.demand('clap', 1, 10)");
    assert.deepEqual(await query("select failures from batch.job"), [{ failures: 1 }]);
    assert.equal((await pod("a", false)).requestId, "1");
    near(await reserved(1), 20 + 20);
  });
});
