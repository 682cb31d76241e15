import assert from "node:assert/strict";
import { test } from "node:test";
import { claimParams, startAttempt } from "../../../tests/support/claim.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { fail } from "./fail.ts";
import { report } from "./report.ts";

const database = await createTestDatabase();

test("progress is visible while the attempt runs; the next attempt gets the last checkpoint", async () => {
  await database.query("insert into make_it_clap (duration_seconds) values (40)");
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  assert.equal(attempt.checkpoint, null);
  await report(connection, attempt, { progress: { done: 3, total: 10 } });
  await report(connection, attempt, { checkpoint: '{"page": 9007199254740993}' });
  assert.deepEqual(await database.query("select progress from batch.attempt"), [{ progress: { done: 3, total: 10 } }]);
  await fail(connection, attempt, { reason: "error", message: "no", final: false });
  const next = await startAttempt(database, claimParams("a"));
  assert.equal(next.attempt.checkpoint, '{"page": 9007199254740993}');
});
