import assert from "node:assert/strict";
import { test } from "node:test";
import { claimant, startAttempt } from "../../../testing/claimant.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { load } from "./load.ts";

const database = await createTestDatabase();
await database.query("insert into make_it_clap (duration_seconds) values (40)");
const { connection, attempt } = await startAttempt(database, claimant("a"));

test("load gives the request's row as it is now", async () => {
  await database.query("update make_it_clap set duration_seconds = 0.5");
  assert.deepEqual(await load(connection, attempt), { id: 1, duration_seconds: 0.5, failures: 0 });
});

test("load gives null when the row was deleted; its request is claimed all the same", async () => {
  await database.query("delete from make_it_clap");
  assert.equal(await load(connection, attempt), null);
  assert.deepEqual(await database.query("select request_id, iteration from batch.queue"), [
    { request_id: "1", iteration: 1 },
  ]);
});
