import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, startAttempt } from "../../../tests/support/queue.ts";
import { reclaim } from "./reclaim.ts";

const database = await createTestDatabase();

/** What another pod of a Job finds; each call is a new session. */
const getFinding = async (jobName: string) => (await reclaim(database.connect(), claimParams(jobName), true))?.finding;

describe("reclaim", () => {
  beforeEach(() => database.reset(1));

  test("has nothing to do if no worker has died", async () => {
    assert.equal(await getFinding("a"), undefined);
  });

  test("finds the Job's own request locked while its previous pod lives, and nothing to do for another Job", async () => {
    await startAttempt(database, claimParams("a"));
    assert.equal(await getFinding("a"), "locked");
    assert.equal(await getFinding("b"), undefined);
  });

  test("records the crash of the Job's dead pod, once", async () => {
    const { connection } = await startAttempt(database, claimParams("a"));
    await connection.close();
    assert.equal(await getFinding("a"), "reclaimed");
    const history = await database.query("select attempt, status, reason from batch.history");
    assert.deepEqual(history, [{ attempt: 1, status: "FAILED", reason: "crashed" }]);
    assert.equal(await getFinding("a"), "reserved", "the request is reserved for the Job, and may be claimed by it");
    assert.deepEqual(await database.query("select crashes from batch.queue"), [{ crashes: 1 }]);
  });

  for (const [reclaimer, ended] of [
    ["a", "the worker in pod a-pod did not renew its lease"],
    ["b", "the worker in pod a-pod did not renew its lease, and its Job started no other pod in time"],
  ] as const) {
    test(`does not claim to know that a worker with a lease has died (Job ${reclaimer})`, async () => {
      await startAttempt(database, claimParams("a", { leaseSeconds: 30 }));
      await database.query("update batch.queue set lease_until = now(), suspected_at = now() - interval '1 hour'");
      assert.equal(await getFinding(reclaimer), "reclaimed");
      assert.deepEqual(await database.query("select error from batch.history"), [{ error: ended }]);
    });
  }

  test("leaves another Job's dead pod to that Job until it is long overdue, then frees its request", async () => {
    const { connection } = await startAttempt(database, claimParams("a"));
    await connection.close();
    assert.equal(await getFinding("b"), undefined, "no poll has seen it yet");
    await database.query("update batch.queue set suspected_at = now()");
    assert.equal(await getFinding("b"), "reserved");
    await database.query("update batch.queue set suspected_at = now() - interval '16 seconds'");
    assert.equal(await getFinding("b"), "reclaimed");
    const queued = await database.query("select job_name, crashes from batch.queue");
    assert.deepEqual(queued, [{ job_name: null, crashes: 1 }]);
  });
});
