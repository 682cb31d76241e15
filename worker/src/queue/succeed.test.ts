import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, startAttempt } from "../../../tests/support/queue.ts";
import { succeed } from "./succeed.ts";

const database = await createTestDatabase();

test("succeed removes the request from the queue, keeps its attempt, and may be repeated", async () => {
  await database.insert();
  const { connection, attempt } = await startAttempt(database, claimParams("s"));
  await succeed(connection, attempt);
  await succeed(connection, attempt);
  assert.deepEqual(await database.query("table batch.queue"), []);
  const claps = await database.query("select id, status, session_id, iteration from clap");
  assert.deepEqual(claps, [{ id: "1", status: "SUCCESS", session_id: attempt.session, iteration: 1 }]);
});
