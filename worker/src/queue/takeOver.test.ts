import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { announceStop, claim, claimParams, reclaim, renew, startAttempt } from "../../../tests/support/queue.ts";
import { LOCK_SPACE } from "../advisoryLocks.ts";
import { OwnershipLostError } from "../errors.ts";
import { takeOver } from "./takeOver.ts";

const database = await createTestDatabase();
const next = claimParams("a");

async function startPredecessor(params = claimParams("a")) {
  await database.insert();
  return await startAttempt({ connect: () => database.connect("batch_worker") }, params);
}

afterEach(() => database.reset());

test("takeOver records the attempt of a silent predecessor as crashed, and the Job's next pod claims the request", async () => {
  const { attempt } = await startPredecessor();
  const connection = database.connect("batch_worker");
  assert.deepEqual(await reclaim(connection, next, true), { finding: "locked", holder: attempt.session });
  assert.equal(await takeOver(connection, next, attempt.session), true);
  assert.deepEqual(await database.query("select status, reason, error from batch.history"), [
    {
      status: "FAILED",
      reason: "crashed",
      error: "the worker in pod a-pod did not respond after its Job's next pod had started",
    },
  ]);
  assert.equal((await claim(connection, next))?.attempt, 2);
});

test("takeOver ends the predecessor's connection; when it reconnects, the attempt is no longer its own", async () => {
  const { attempt, connection: predecessor } = await startPredecessor();
  const broke = Promise.withResolvers<void>();
  predecessor.onDisconnect = broke.resolve;
  assert.equal(await takeOver(database.connect("batch_worker"), next, attempt.session), true);
  await broke.promise;
  await assert.rejects(renew(predecessor, attempt, claimParams("a")), OwnershipLostError);
});

test("takeOver does not end a session that has announced its stop, that keeps a lease, or that holds another Job's request", async () => {
  const stopping = await startPredecessor();
  await announceStop(stopping.connection, stopping.attempt, 30);
  const leased = await startPredecessor(claimParams("b", { leaseSeconds: 30 }));
  const other = await startPredecessor(claimParams("c"));
  const connection = database.connect("batch_worker");
  assert.equal(await takeOver(connection, next, stopping.attempt.session), false);
  assert.equal(await takeOver(connection, claimParams("b"), leased.attempt.session), false);
  assert.equal(await takeOver(connection, next, other.attempt.session), false);
  assert.deepEqual(await database.query("select from batch.history"), []);
  assert.equal(await renew(other.connection, other.attempt, claimParams("c")), true);
});

test("takeOver twice, as after a lost answer, records one crash", async () => {
  const { attempt } = await startPredecessor();
  const connection = database.connect("batch_worker");
  assert.equal(await takeOver(connection, next, attempt.session), true);
  assert.equal(await takeOver(connection, next, attempt.session), false);
  assert.equal((await database.query("select from batch.history")).length, 1);
});

test("takeOver takes the request over even if another role holds the lock, as a poll does for a moment when the session dies", async () => {
  const { attempt, connection: predecessor } = await startPredecessor();
  await predecessor.close();
  await database.client.query("select pg_advisory_lock($1, $2)", [LOCK_SPACE, attempt.session]);
  try {
    assert.equal(await takeOver(database.connect("batch_worker"), next, attempt.session), true);
  } finally {
    await database.client.query("select pg_advisory_unlock_all()");
  }
});
