import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/queue.ts";

const database = await createTestDatabase();

test("the first poll after a partition was detached removes its waiting requests, and asks for no Jobs for them", async () => {
  await database.query(`create table parcels (id bigint primary key) partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100);
    create table parcels_2 partition of parcels for values from (100) to (200);
    select batch.attach('parcels', 'parcel');
    insert into parcels (id) values (1), (2), (101)`);
  const scaler = database.connect();
  assert.equal(await poll(scaler, "parcel"), 3);
  await database.query("alter table parcels detach partition parcels_1");
  assert.equal(await poll(scaler, "parcel"), 1);
  assert.deepEqual(await database.queued("parcel"), [101]);
});
