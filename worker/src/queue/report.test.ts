import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { type Claim, claimParams, defer, fail, startAttempt } from "../../../tests/support/queue.ts";
import type { Database } from "../database.ts";
import { report } from "./report.ts";

const database = await createTestDatabase();

test("progress is visible while the attempt runs; the next attempt gets the last checkpoint", async () => {
  await database.insert();
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  assert.equal(attempt.checkpoint, null);
  await report(connection, attempt, { progress: { done: 3, total: 10 } });
  await report(connection, attempt, { checkpoint: '{"page": 9007199254740993}' });
  assert.deepEqual(await database.query("select progress from batch.attempt"), [{ progress: { done: 3, total: 10 } }]);
  await fail(connection, attempt, { reason: "error", message: "no", final: false });
  const next = await startAttempt(database, claimParams("a"));
  assert.equal(next.attempt.checkpoint, '{"page": 9007199254740993}');
});

for (const [end, make] of Object.entries({
  fails: (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: false }),
  crashes: (connection) => connection.close(),
  "is interrupted": (connection, attempt) =>
    fail(connection, attempt, { reason: "interrupted", message: "drained", final: false }),
  "asks to be run later": (connection, attempt) => defer(connection, attempt, { afterSeconds: 0, message: "later" }),
} satisfies Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>)) {
  test(`a checkpoint survives an attempt that ${end}, even if the next one saves none`, async () => {
    await database.reset(1);
    const first = await startAttempt(database, claimParams("a"));
    await report(first.connection, first.attempt, { checkpoint: '{"page": 7}' });
    for (let ended = first, attempt = 2; attempt <= 3; attempt++) {
      await make(ended.connection, ended.attempt);
      await database.query("update batch.queue set available_at = null");
      ended = await startAttempt(database, claimParams("a"));
      assert.deepEqual([ended.attempt.attempt, ended.attempt.checkpoint], [attempt, '{"page": 7}']);
    }
  });
}
