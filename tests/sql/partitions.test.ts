import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { demand, succeed } from "../support/queue.ts";
import { claimed, database, finishAll, problem, query, queued, scaler, worker } from "./parcels.ts";

const poll = () => demand(scaler, { kind: "parcel", requestsPerJob: 1, maxReplicaCount: 100 });

beforeEach(async () => {
  await query("drop table if exists parcels, parcels_1, loose; delete from batch.kind where kind = 'parcel'");
  await database.reset();
});

/** Partitioned in the usual ways; 1 to 99 in the first partition, 100 to 199 in the second. */
const SCHEMES: Record<string, string> = {
  "by its key": `
    create table parcels (id bigint primary key, day date not null default '2026-01-01') partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100);
    create table parcels_2 partition of parcels for values from (100) to (200)`,
  "by time, with the time behind the key": `
    create table parcels (id bigint, day date not null generated always as (case when id < 100 then date '2026-01-01' else date '2026-02-01' end) stored,
      primary key (id, day)) partition by hash (id);
    create table parcels_1 partition of parcels for values with (modulus 2, remainder 0);
    create table parcels_2 partition of parcels for values with (modulus 2, remainder 1)`,
  twice: `
    create table parcels (id bigint primary key, day date not null default '2026-01-01') partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100) partition by hash (id);
    create table parcels_1_a partition of parcels_1 for values with (modulus 2, remainder 0);
    create table parcels_1_b partition of parcels_1 for values with (modulus 2, remainder 1);
    create table parcels_2 partition of parcels for values from (100) to (200)`,
};

for (const [scheme, sql] of Object.entries(SCHEMES)) {
  describe(`a table partitioned ${scheme}`, () => {
    beforeEach(() => query(sql));

    test("existing and new rows are requests, each of which runs once", async () => {
      await query("insert into parcels (id) values (1), (2), (101)");
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), [1, 2, 101]);
      await query("insert into parcels (id) values (3), (102)");
      await query("begin; insert into parcels (id) values (4); rollback");
      assert.deepEqual(await queued(), [1, 2, 3, 101, 102]);
      assert.equal(parseRow((await claimed("a")).row).id, 1);
      assert.deepEqual(await finishAll(), [2, 101, 3, 102]);
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), [1]);
      assert.equal(await poll(), 1);
    });

    test("a deleted row is followed, and so is a delete or truncate of all partitions", async () => {
      await query("select batch.attach('parcels', 'parcel')");
      await query("insert into parcels (id) values (1), (2), (101)");
      await query("delete from parcels where id = 2");
      assert.deepEqual(await queued(), [1, 101]);
      await query("begin; insert into parcels (id) values (5); delete from parcels where id = 5; commit");
      assert.deepEqual(await queued(), [1, 101]);
      await finishAll();
      await query("delete from parcels; insert into parcels (id) values (1)");
      assert.deepEqual(await queued(), [1], "the same key is a new request");
      await query("truncate parcels");
      assert.deepEqual(await queued(), []);
    });
  });
}

describe("a table partitioned by range", () => {
  beforeEach(async () => {
    await query(SCHEMES["by its key"] as string);
    await query("select batch.attach('parcels', 'parcel')");
  });

  test("rows inserted or copied into a partition directly are requests", async () => {
    await query("insert into parcels_1 (id) values (1)");
    await query("insert into parcels_2 (id) values (101) on conflict do nothing");
    assert.deepEqual(await queued(), [1, 101]);
    await query("delete from parcels_1");
    assert.deepEqual(await queued(), [101]);
  });

  test("a partition that is created later has the triggers at once", async () => {
    await query("create table parcels_3 partition of parcels for values from (200) to (300)");
    await query("insert into parcels (id) values (201); insert into parcels_3 (id) values (202)");
    assert.deepEqual(await queued(), [201, 202]);
    assert.equal(await poll(), 2);
    assert.deepEqual(await queued(), [201, 202]);
  });

  test("an attached partition's rows are requests from the next poll on, new ones at once", async () => {
    await query("create table loose (id bigint primary key, day date not null default '2026-01-01')");
    await query("insert into loose select n from generate_series(200, 299) n where n <> 250");
    await query("alter table parcels attach partition loose for values from (200) to (300)");
    await query("insert into loose (id) values (250)");
    assert.deepEqual(await queued(), [250]);
    assert.equal(await poll(), 100);
    assert.equal((await queued()).length, 100);
    await finishAll();
    assert.equal(await poll(), 0);
  });

  test("an attached partition's rows are requests from the next poll on also where many partitions are new", async () => {
    for (let n = 1; n <= 10; n++) {
      await query(`create table parcels_new_${n} partition of parcels for values from (${n}000) to (${n}001)`);
    }
    await query("create table loose (id bigint primary key, day date not null); insert into loose values (200, now())");
    await query("alter table parcels attach partition loose for values from (200) to (300)");
    assert.equal(await poll(), 1);
    assert.deepEqual(await query("select cardinality(partitions) as known from batch.kind where kind = 'parcel'"), [
      { known: 13 },
    ]);
  });

  test("a trigger disabled on a partition stops the kind; its rows are enqueued once it is enabled", async () => {
    await query("alter table parcels_1 disable trigger all; insert into parcels (id) values (1), (101)");
    assert.equal(await poll(), 0);
    assert.match(await problem(), /lacks the trigger batch_parcel of public.parcels_1/);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 101]);
    assert.equal(await poll(), 2);
  });

  test("an unlogged partition stops the kind, with the reason, until it is logged", async () => {
    await query("create unlogged table parcels_3 partition of parcels for values from (200) to (300)");
    await query("insert into parcels (id) values (1), (201)");
    assert.equal(await poll(), 0);
    const reason =
      /^public.parcels_3 is an unlogged partition .*: alter table public.parcels_3 set logged \(and truncate it if/;
    assert.match(await problem(), reason);
    await query("alter table parcels_3 set logged");
    assert.equal(await poll(), 2);
  });

  test("a transaction whose snapshot is older than a partition inserts rows into it, changes their keys and deletes them", async () => {
    const older = await database.begin("select", "repeatable read");
    await query("create table parcels_3 partition of parcels for values from (200) to (300)");
    await older.query("insert into parcels (id) values (201), (202), (203)");
    await older.query("update parcels set id = 211 where id = 201; delete from parcels where id = 202; commit");
    assert.deepEqual(await queued(), [203, 211]);
    await poll();
    assert.deepEqual(await finishAll(), [203, 211]);
  });

  test("a dropped partition's requests end without a pod", async () => {
    await query("insert into parcels (id) values (1), (101)");
    await poll();
    await query("drop table parcels_1");
    assert.equal((await claimed("a")).requestId, "101");
    await poll();
    assert.deepEqual(await queued(), [101]);
  });

  test("ten thousand rows of a partition are enqueued by one poll", async () => {
    await query("create table loose (id bigint primary key, day date not null default '2026-01-01')");
    await query("insert into loose select n from generate_series(1000, 10999) n");
    await query("alter table parcels attach partition loose for values from (1000) to (20000)");
    assert.equal(await poll(), 100);
    assert.equal((await queued()).length, 10_000);
  });

  test("a changed key is followed from one partition to another", async () => {
    await query("insert into parcels (id) values (1), (2), (3)");
    await succeed(worker, await claimed("a"));
    await query("update parcels set id = id + 100");
    // PostgreSQL moves the row by deleting and inserting it: under another key it is another request.
    assert.deepEqual(await queued(), [101, 102, 103]);
  });

  test("attached again, it is not locked unless it needs a repair: nobody waits for a transaction that has written to it", async () => {
    const writer = await database.begin("insert into parcels (id) values (1)");
    const admin = await database.open();
    await admin.query("set lock_timeout = '1s'; begin; select batch.attach('parcels', 'parcel')");
    await query("set lock_timeout = '1s'; insert into parcels (id) values (2), (101); reset lock_timeout");
    await admin.query("commit");
    await writer.query("commit");
    await query(`set session_replication_role = replica;
      insert into parcels (id) values (102); reset session_replication_role`);
    await admin.query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2, 101, 102]);
  });

  test("a statement that deletes or moves many rows does not plan for each of them how to find its key", async () => {
    await query(`
      drop table parcels; delete from batch.kind where kind = 'parcel';
      create table parcels (id bigint, day integer, primary key (id, day)) partition by range (day);
      create table parcels_1 partition of parcels for values from (1) to (2);
      create table parcels_2 partition of parcels for values from (2) to (3);
      create sequence plans; grant usage on sequence plans to batch_owner;
      create function count_plan() returns boolean language plpgsql immutable as 'begin perform nextval(''public.plans''); return false; end';
      alter table parcels enable row level security;
      create policy counting on parcels using (count_plan());
      select batch.attach('parcels', 'parcel');
      insert into parcels select n, 1 from generate_series(1, 200) n`);
    const plans = async () => Number((await query("select nextval('plans') as plans"))[0]?.plans);
    for (const statement of ["update parcels set day = 2", "delete from parcels"]) {
      const previously = await plans();
      await query(statement);
      const made = (await plans()) - previously;
      assert.ok(made <= 50, `${statement}: at most 50 plans must be made for 200 rows; got ${made}`);
    }
    assert.deepEqual(await queued(), []);
  });
});
