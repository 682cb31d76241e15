import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { attempts, claimNext, finishAll, partitionByPlace, poll, problem, query, queued } from "./parcels.ts";

const REASON = "several rows of public.parcels have this primary key (it identifies the request)";

const rejected = () => query("select request_id::integer as id, reason from batch.rejected");

describe("a key that several partitions have", () => {
  beforeEach(async () => {
    await partitionByPlace();
    await query("create table parcels_there (id bigint, place text not null, primary key (id, place))");
    await query(`insert into parcels values (1, 'here'), (2, 'here');
      insert into parcels_there values (1, 'there'), (3, 'there')`);
  });

  const attachPartition = () => query("alter table parcels attach partition parcels_there for values in ('there')");

  test("when the table is attached: none of its rows runs, the others do, and operators see why", async () => {
    await attachPartition();
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
    assert.deepEqual(await finishAll(), [2, 3]);
    const error = `its row cannot be read: ${REASON}`;
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "DEAD", reason: "error", error }]);
    assert.equal(await problem(), "");
    await query("delete from parcels where place = 'there' and id = 1; select batch.retry('parcel', 1)");
    assert.deepEqual(await finishAll(), [1]);
  });

  test("when it is the only request: its kind does not stop", async () => {
    await query("delete from parcels where id > 1; delete from parcels_there where id > 1");
    await attachPartition();
    await query("select batch.attach('parcels', 'parcel')");
    assert.equal(await claimNext("a"), undefined);
    assert.equal(await poll(), 0);
    assert.equal(await problem(), "");
  });

  test("when the partition is attached after its request was finished: reported, once", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await finishAll();
    await attachPartition();
    await poll();
    assert.deepEqual(await queued(), [3]);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
  });

  test("when its row was inserted while no trigger fired, after its request was finished: reported when the table is attached again", async () => {
    await query("delete from parcels_there where id = 1");
    await attachPartition();
    await query("select batch.attach('parcels', 'parcel')");
    await finishAll();
    await query(`set session_replication_role = replica;
      insert into parcels values (1, 'there'); reset session_replication_role`);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
  });

  test("when its request was finished before: the new row runs once both are deleted and it is inserted again", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await finishAll();
    await attachPartition();
    await poll();
    assert.deepEqual(await finishAll(), [3]);
    await query("delete from parcels where id = 1; insert into parcels values (1, 'there')");
    assert.deepEqual(await finishAll(), [1]);
  });

  test("attaching an empty partition reports nothing about the others: they are not read", async () => {
    await attachPartition();
    await query("select batch.attach('parcels', 'parcel'); delete from batch.rejected");
    await query("create table parcels_new partition of parcels for values in ('new')");
    await poll();
    assert.deepEqual(await rejected(), []);
  });

  test("when a column was added to the primary key after batch.attach: none of its rows runs either", async () => {
    await query(`
      drop table parcels, parcels_there;
      delete from batch.kind where kind = 'parcel';
      create table parcels (id bigint primary key, place text) partition by hash (id);
      create table parcels_all partition of parcels for values with (modulus 1, remainder 0)`);
    await query("select batch.attach('parcels', 'parcel')");
    await query("alter table parcels drop constraint parcels_pkey, add primary key (id, place)");
    await query("alter table parcels detach partition parcels_all");
    await poll();
    await query(`
      insert into parcels_all values (1, 'here'), (1, 'there'), (2, 'here');
      alter table parcels attach partition parcels_all for values with (modulus 1, remainder 0)`);
    await poll();
    assert.deepEqual(await finishAll(), [2]);
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
  });

  test("purge keeps its rows: one of them was never run", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await finishAll();
    await attachPartition();
    await poll();
    await finishAll();
    assert.deepEqual(await query("select batch.purge('parcel', '0')::integer as n"), [{ n: 2 }]);
    assert.deepEqual(await query("select id::integer, place from parcels order by place"), [
      { id: 1, place: "here" },
      { id: 1, place: "there" },
    ]);
    await query("delete from parcels where place = 'there'");
    assert.deepEqual(await query("select batch.purge('parcel', '0')::integer as n"), [{ n: 1 }]);
  });

  test("two of them, and no other row: both requests end, and the kind does not stop", async () => {
    await query("insert into parcels_there values (2, 'there'); delete from parcels_there where id = 3");
    await attachPartition();
    await query("select batch.attach('parcels', 'parcel')");
    assert.equal(await claimNext("a"), undefined);
    assert.deepEqual(await queued(), []);
    assert.equal(await problem(), "");
  });
});
