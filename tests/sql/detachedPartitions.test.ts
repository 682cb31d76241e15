import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { demand, succeed } from "../support/queue.ts";
import { claimed, database, query, queued, scaler, worker } from "./parcels.ts";

const poll = () => demand(scaler, { kind: "parcel", requestsPerJob: 1, maxReplicaCount: 100 });

beforeEach(async () => {
  await query(`drop table if exists parcels, parcels_1; delete from batch.kind where kind = 'parcel'`);
  await database.reset();
  await query(`create table parcels (id bigint primary key, day date not null default '2026-01-01') partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100);
    create table parcels_2 partition of parcels for values from (100) to (200);
    select batch.attach('parcels', 'parcel')`);
});

test("a detached partition's waiting requests do not run, and no attempt is counted; once it is attached again they run", async () => {
  await query("insert into parcels select n from generate_series(1, 99) n");
  await query("insert into parcels (id) values (101)");
  await succeed(worker, await claimed("a"));
  await poll();
  await query("alter table parcels detach partition parcels_1");
  await poll();
  await poll();
  assert.deepEqual(await queued(), [101]);
  assert.deepEqual(await query("select request_id, status from batch.history"), [
    { request_id: "1", status: "SUCCESS" },
  ]);
  await query("insert into parcels_1 (id) values (0)");
  assert.deepEqual(await queued(), [101], "a detached partition inserts no request");
  await query("alter table parcels attach partition parcels_1 for values from (0) to (100)");
  await poll();
  assert.equal((await queued()).length, 100);
  assert.ok(!(await queued()).includes(1));
});

test("the first poll after a partition was detached removes its waiting requests, and asks for no Jobs for them", async () => {
  await query("insert into parcels (id) values (1), (2), (101)");
  assert.equal(await poll(), 3);
  await query("alter table parcels detach partition parcels_1");
  assert.equal(await poll(), 1);
  assert.deepEqual(await queued(), [101]);
});

test("a request that is claimed while its partition is detached between two polls runs once the partition is attached again", async () => {
  await query("insert into parcels (id) values (1), (2), (101)");
  await poll();
  await query("alter table parcels detach partition parcels_1");
  assert.equal((await claimed("a")).requestId, "101");
  await query("alter table parcels attach partition parcels_1 for values from (0) to (100)");
  await poll();
  assert.deepEqual(await queued(), [1, 2, 101]);
});

test("rows that were inserted into a partition while it was detached run, even if it is attached again before the next poll", async () => {
  await query("insert into parcels (id) values (1), (2), (101)");
  await succeed(worker, await claimed("a"));
  await poll();
  await query("alter table parcels detach partition parcels_1; insert into parcels_1 (id) values (3)");
  await query("alter table parcels attach partition parcels_1 for values from (0) to (100)");
  await poll();
  assert.deepEqual(await queued(), [2, 3, 101]);
});

test("a partition that is detached while its rows are being enqueued: its requests are removed", async () => {
  await query("insert into parcels (id) values (1), (101)");
  await query("update batch.kind set unqueued_partition = partitions[1], unqueued_above = 0 where kind = 'parcel'");
  const [first] = await query<{ partition: string }>(
    "select t.tgrelid::regclass as partition from pg_trigger t join batch.kind k on t.oid = k.unqueued_partition",
  );
  await query(`alter table parcels detach partition ${first?.partition}`);
  assert.equal(await poll(), 1);
  assert.equal((await queued()).length, 1);
});

test("the upgrade knows the partitions by their triggers: no row is enqueued twice", async () => {
  await query("insert into parcels (id) values (1), (101)");
  await poll();
  await query(`update batch.kind k set partitions = array(select t.tgrelid from pg_trigger t where t.oid = any (k.partitions))
    where kind = 'parcel'`);
  await query(
    readFileSync(new URL("../../sql/migrations/0008_partitions_attached_again.sql", import.meta.url), "utf8"),
  );
  const known =
    "select k.partitions = batch.partitions(k.requests, k.kind) as known from batch.kind k where kind = 'parcel'";
  assert.deepEqual(await query(known), [{ known: true }]);
  assert.equal(await poll(), 2);
});
