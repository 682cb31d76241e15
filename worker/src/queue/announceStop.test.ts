import assert from "node:assert/strict";
import { test } from "node:test";
import { claimParams, startAttempt } from "../../../tests/support/claim.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { announceStop } from "./announceStop.ts";
import { reclaim } from "./reclaim.ts";

const database = await createTestDatabase();

test("a worker that announced its stop may not be ended before its grace period is over", async () => {
  await database.query("insert into make_it_clap (duration_seconds) values (40)");
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  const next = database.connect();
  const getHolder = async () => (await reclaim(next, claimParams("a"), true))?.holder;
  assert.equal(await getHolder(), attempt.session);
  await announceStop(connection, attempt, 3_600);
  assert.equal(await getHolder(), null);
  await announceStop(connection, attempt, 0);
  assert.equal(await getHolder(), attempt.session);
});
