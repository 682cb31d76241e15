import assert from "node:assert/strict";
import { test } from "node:test";
import { claimant, startAttempt } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { load } from "./load.ts";

const database = await createTestDatabase();
await database.query("insert into make_it_clap (duration_seconds) values (40)");
const { connection, attempt } = await startAttempt(database, claimant("a"));

test("load gives the request's row as it is now", async () => {
  await database.query("update make_it_clap set duration_seconds = 0.5");
  assert.equal(await load(connection, attempt), '{"id": 1, "failures": 0, "duration_seconds": 0.5}');
});

test("load rounds no number", async () => {
  await database.query("create table sums (id bigint primary key, customer bigint, amount numeric)");
  await database.query("insert into sums values (1, 9007199254740993, 12345678901234567.89)");
  await database.query("select batch.attach('sums', 'sum')");
  const row = await load(connection, { kind: "sum", request: "1" });
  assert.equal(row, '{"id": 1, "amount": 12345678901234567.89, "customer": 9007199254740993}');
});

test("load gives null when the row was deleted; its request is claimed all the same", async () => {
  await database.query("delete from make_it_clap");
  assert.equal(await load(connection, attempt), null);
  assert.deepEqual(await database.query("select request_id, iteration from batch.queue where kind = 'clap'"), [
    { request_id: "1", iteration: 1 },
  ]);
});
