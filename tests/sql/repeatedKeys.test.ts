import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claim, claimParams } from "../support/queue.ts";
import { attempts, database, finishAll, poll, problem, query, queued, worker } from "./parcels.ts";

const REASON = "several rows of public.parcels have this primary key (it identifies the request)";

const rejected = () => query("select request_id::integer as id, reason from batch.rejected");

describe("a key that several partitions have", () => {
  beforeEach(async () => {
    await query(`
      drop table parcels;
      delete from batch.kind where kind = 'parcel';
      create table parcels (id bigint, place text not null, primary key (id, place)) partition by list (place);
      create table parcels_here partition of parcels for values in ('here');
      create table parcels_there (id bigint, place text not null, primary key (id, place))`);
    await database.reset();
    await query(
      "insert into parcels values (1, 'here'), (2, 'here'); insert into parcels_there values (1, 'there'), (3, 'there')",
    );
  });

  const arrive = () => query("alter table parcels attach partition parcels_there for values in ('there')");

  test("when the table is attached: none of its rows runs, the others do, and operators see why", async () => {
    await arrive();
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
    assert.deepEqual(await finishAll(), [2, 3]);
    assert.deepEqual(await attempts(1), [
      { attempt: 1, status: "DEAD", reason: "error", error: `its row cannot be read: ${REASON}` },
    ]);
    assert.equal(await problem(), "");
    await query("delete from parcels where place = 'there' and id = 1; select batch.retry('parcel', 1)");
    assert.deepEqual(await finishAll(), [1]);
  });

  test("when it is the only request: its kind does not stop", async () => {
    await query("delete from parcels where id > 1; delete from parcels_there where id > 1");
    await arrive();
    await query("select batch.attach('parcels', 'parcel')");
    assert.equal(await claim(worker, claimParams("a", { kind: "parcel" })), undefined);
    assert.equal(await poll(), 0);
    assert.equal(await problem(), "");
  });

  test("when the partition is attached after its request was finished: reported, once", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await finishAll();
    await arrive();
    await poll();
    assert.deepEqual(await queued(), [3]);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await rejected(), [{ id: 1, reason: REASON }]);
  });
});
