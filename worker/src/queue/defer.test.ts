import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, claimWithReclaim, demand, startAttempt } from "../../../tests/support/queue.ts";
import { defer } from "./defer.ts";

const database = await createTestDatabase();
const ask = () => demand(database.connect(), { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10 });

beforeEach(() => database.reset(1));

test("a deferred request needs no Job before its time; after it any Job may claim it", async () => {
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  assert.equal(await defer(connection, attempt, { afterSeconds: 60, message: "no seats left" }), "FAILED");
  assert.equal(await defer(connection, attempt, { afterSeconds: 60, message: "no seats left" }), "FAILED", "repeated");
  assert.equal(await ask(), 0);
  assert.equal(await claimWithReclaim(connection, claimParams("b")), undefined);
  await database.query("update batch.queue set available_at = now()");
  assert.equal(await ask(), 1);
  assert.equal((await startAttempt(database, claimParams("b"))).attempt.attempt, 2);
  const history = await database.query("select reason, error from batch.history");
  assert.deepEqual(history, [{ reason: "deferred", error: "no seats left" }]);
});
