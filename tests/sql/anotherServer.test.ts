import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, poll, reclaim, startAttempt } from "../support/queue.ts";
import { HELD_SESSIONS } from "../support/sessionLocks.ts";
import { until } from "../support/until.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";

const database = await createTestDatabase();
const { query } = database;
const keda = database.connect();

async function countSuspects(): Promise<number> {
  await poll(keda);
  return (await query("select from batch.queue where suspected_at is not null")).length;
}

/** Another server answers from now on: the last poll reached one that was started at another time. */
const failOver = () => query("update batch.scaling set server_started_at = server_started_at - interval '1 day'");

const passSixSeconds = () => query("update batch.scaling set failed_over_at = failed_over_at - interval '6 seconds'");

/** A request whose worker has lost its connection, as all of them do when the server fails. */
async function startAndDisconnect(): Promise<void> {
  await query("insert into make_it_clap (duration_seconds) values (1)");
  const { connection } = await startAttempt(database, claimParams("a"));
  await connection.close();
  const unlocked = `select from batch.queue where session_id not in ${HELD_SESSIONS}`;
  await until("its lock is released", async () => (await query(unlocked)).length === 1);
}

describe("a server that takes another one's place", () => {
  before(() => waitOutStartupGrace(database.client));

  beforeEach(async () => {
    await database.reset();
    await poll(keda);
    await startAndDisconnect();
  });

  test("counts no session as dead for 5 s, however long ago it was started", async () => {
    await failOver();
    assert.equal(await countSuspects(), 0);
    assert.equal(await countSuspects(), 0, "at the second poll");
    await passSixSeconds();
    assert.equal(await countSuspects(), 1);
  });

  test("ends no attempt for 5 s either whose worker the server before it had found dead", async () => {
    const countRunning = async () => {
      await poll(keda);
      return (await query("select from batch.queue where session_id is not null")).length;
    };
    await poll(keda);
    await query("update batch.queue set suspected_at = suspected_at - interval '1 hour'");
    await failOver();
    assert.equal(await countRunning(), 1);
    await passSixSeconds();
    assert.equal(await countRunning(), 0);
  });

  test("keeps a request for its worker from the Job's next pod for as long, even if KEDA does not poll", async () => {
    const next = claimParams("a");
    const pod = database.connect();
    const ask = async () => (await reclaim(pod, next, true))?.finding;
    await failOver();
    assert.equal(await ask(), "locked");
    await passSixSeconds();
    assert.equal(await ask(), "reclaimed");
    await pod.close();
  });

  test("is no other server if it was restarted since the last poll: its start counts", async () => {
    await query(
      "update batch.scaling set server_started_at = server_started_at - interval '1 day', polled_at = polled_at - interval '1 day'",
    );
    assert.equal(await countSuspects(), 1);
  });
});
