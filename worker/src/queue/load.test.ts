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
  assert.deepEqual(await load(connection, attempt), { id: 1, duration_seconds: 0.5, failures: 0 });
});

test("load gives as text what JavaScript would round, and every other number as a number", async () => {
  await database.query(
    "create table sums (id bigint primary key, customer bigint, amount numeric, share double precision)",
  );
  await database.query(
    "insert into sums values (1, 9007199254740993, 12345678901234567.89, 1e-7), (2, -20, 1.50, 0.1)",
  );
  const row = async (request: string) => {
    await database.query("select batch.attach('sums', 'sum')");
    return await load(connection, { kind: "sum", request });
  };
  assert.deepEqual(await row("1"), {
    id: 1,
    customer: "9007199254740993",
    amount: "12345678901234567.89",
    share: 1e-7,
  });
  assert.deepEqual(await row("2"), { id: 2, customer: -20, amount: 1.5, share: 0.1 });
});

test("load gives null when the row was deleted; its request is claimed all the same", async () => {
  await database.query("delete from make_it_clap");
  assert.equal(await load(connection, attempt), null);
  assert.deepEqual(await database.query("select request_id, iteration from batch.queue where kind = 'clap'"), [
    { request_id: "1", iteration: 1 },
  ]);
});
