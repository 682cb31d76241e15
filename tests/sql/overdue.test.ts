import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { TIMEOUT_REASON } from "../../worker/src/retryLimits.ts";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, poll, startAttempt, succeed } from "../support/queue.ts";

const database = await createTestDatabase();
const scaler = database.connect();
const { query } = database;

const attempts = () => query("select status, reason, error from batch.attempt order by attempt");

/** Time passes, in which nobody asks the database. */
const pass = (seconds: number) =>
  query(`update batch.queue set started_at = started_at - interval '${seconds} s', deadline_at = deadline_at - interval '${seconds} s';
    update batch.scaling set polled_at = polled_at - interval '${seconds} s'`);

describe("an attempt whose time is over", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("during an outage of the database may still be recorded when that is over", async () => {
    const { connection, attempt } = await startAttempt(database, claimParams("a", { timeoutSeconds: 10 }));
    await poll(scaler);
    await pass(55);
    await poll(scaler);
    await succeed(connection, attempt);
    assert.deepEqual(await attempts(), [{ status: "SUCCESS", reason: null, error: null }]);
  });

  test("is ended by the second poll that finds it overdue", async () => {
    await startAttempt(database, claimParams("a", { timeoutSeconds: 10 }));
    await poll(scaler);
    await pass(55);
    await poll(scaler);
    await poll(scaler);
    const error = "timed out after 10.000000 s, and its worker in pod a-pod did not record it";
    assert.deepEqual(await attempts(), [{ status: "FAILED", reason: TIMEOUT_REASON, error }]);
  });
});
