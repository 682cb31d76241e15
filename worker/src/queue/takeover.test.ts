import assert from "node:assert/strict";
import { test } from "node:test";
import { claimParams, startAttempt } from "../../../tests/support/claim.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { until } from "../../../tests/support/until.ts";
import { reclaim } from "./reclaim.ts";
import { takeover } from "./takeover.ts";

const database = await createTestDatabase();

test("takeover ends the connection that holds a session's lock, so that its request can be reclaimed", async () => {
  await database.query("insert into make_it_clap (duration_seconds) values (40)");
  const { attempt } = await startAttempt(database, claimParams("a"));
  const next = claimParams("a");
  const connection = database.connect("batch_worker");
  assert.deepEqual(await reclaim(connection, next, true), { finding: "locked", holder: attempt.session });
});

test("takeover by the worker's role ends sessions of that role, and of no other", async () => {
  const params = claimParams("b");
  await database.reset();
  await database.query("insert into make_it_clap (duration_seconds) values (40)");
  const { attempt } = await startAttempt({ connect: () => database.connect("batch_worker") }, params);
  const connection = database.connect("batch_worker");
  assert.equal(await takeover(connection, attempt.session), true);
  await until("the session is dead", async () => {
    const miss = await reclaim(connection, claimParams("b"), true);
    return miss?.finding === "reclaimed";
  });
  assert.equal(await takeover(connection, attempt.session), false);
  assert.deepEqual(await database.query("select reason from batch.history"), [{ reason: "crashed" }]);
});
