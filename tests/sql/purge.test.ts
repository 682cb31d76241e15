import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { take } from "../support/queue.ts";
import { haltBefore } from "./interleaving.ts";
import { claimed, database, failed, finishAll, poll, query, queued, worker } from "./parcels.ts";

const purge = () => query("select batch.purge('parcel', '0')");

/** A trigger of the table keeps the rows for which this is true. */
const keepRows = (condition: string) =>
  query(`create or replace function keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep before delete on parcels for each row when (${condition}) execute function keep()`);

test("purge skips rows that a trigger keeps, however many come first", async () => {
  await finishAll();
  await keepRows("old.id < 3");
  assert.deepEqual(await query("select batch.purge('parcel', '0', 1)"), [{ purge: "1" }]);
  assert.deepEqual(await query("select batch.purge('parcel', '0', 1)"), [{ purge: "0" }]);
  assert.deepEqual(await query("select id::integer from parcels order by 1"), [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(await query("select distinct request_id::integer as id from batch.history order by 1"), [
    { id: 1 },
    { id: 2 },
  ]);
});

test("purge compares no request with all those that a trigger keeps", async () => {
  await keepRows("true");
  const began = performance.now();
  await query(`set session_replication_role = replica; insert into parcels (id) select generate_series(100, 60099); reset session_replication_role;
    insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status)
    select 'parcel', id, 1, now(), now(), now() - interval '1 h', 'SUCCESS' from parcels where id >= 100`);
  const insertedMs = performance.now() - began;
  // Purging takes 2 to 3 times as long as the insert on a machine of any speed; with the comparison, 40,000 rows took 21 s.
  try {
    await query(`set statement_timeout = ${Math.ceil(10 * insertedMs)}`);
    assert.deepEqual(await purge(), [{ purge: "0" }]);
  } finally {
    await query("reset statement_timeout");
  }
});

test("purge of a detached kind passes over such rows, too: attached again, none of them runs again", async () => {
  await finishAll();
  await query("select batch.detach('parcel')");
  await keepRows("old.id < 3");
  assert.deepEqual(await purge(), [{ purge: "1" }]);
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), []);
});

test("purge of a table that has lost its key is refused: its rows would run again once it is attached again", async () => {
  await finishAll();
  await query("alter table parcels drop constraint parcels_pkey");
  await assert.rejects(purge(), /must have a primary key of one bigint column/);
  await query("alter table parcels add primary key (id)");
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), []);
});

test("purge of a table that was dropped deletes the attempts once its kind is detached: until then, the table may be restored", async () => {
  await finishAll();
  await query("drop table parcels");
  await assert.rejects(purge(), /cannot purge parcel: the table of kind 'parcel' was dropped: create it and attach it/);
  await query("select batch.detach('parcel')");
  assert.deepEqual(await purge(), [{ purge: "3" }]);
  assert.deepEqual(await query("select from batch.history"), []);
});

test("purge and detach leave a table alone that a restore has given the OID of one that was dropped while its kind was attached", async () => {
  await finishAll();
  await query(
    "drop table parcels; create table crates as select 1::bigint as id; alter table crates add primary key (id)",
  );
  await query("update batch.kind set requests = 'crates' where kind = 'parcel'; select batch.detach('parcel')");
  await assert.rejects(purge(), /cannot purge parcel: public.crates was called something else when it was detached/);
  assert.deepEqual(await query("select id::integer from crates"), [{ id: 1 }]);
  await query("drop table crates");
});

test("a kind that was detached before the upgrade can be purged", async () => {
  await finishAll();
  await query("select batch.detach('parcel'); alter table batch.kind drop column detached_name");
  await query(readFileSync(new URL("../../sql/migrations/0009_detached_tables.sql", import.meta.url), "utf8"));
  assert.deepEqual(await purge(), [{ purge: "3" }]);
});

test("purge and detach leave a table alone that a restore has given the OID of one that was dropped while its kind was detached", async () => {
  await finishAll();
  await query("select batch.detach('parcel'); drop table parcels");
  await query("create table crates as select 1::bigint as id; alter table crates add primary key (id)");
  await query("update batch.kind set requests = 'crates' where kind = 'parcel'");
  await assert.rejects(
    purge(),
    /cannot purge parcel: public.crates was called public.parcels when it was detached, or is/,
  );
  await query("select batch.detach('parcel')");
  assert.deepEqual(await query("select id::integer from crates"), [{ id: 1 }]);
  await query(
    "update batch.kind set requests = 'crates_pkey'::regclass where kind = 'parcel'; select batch.detach('parcel')",
  );
  await query("drop table crates");
});

test("purge deletes rows with the caller's search_path, which the table's triggers may need, and keeps it", async () => {
  await finishAll();
  await query(`create table deletions (id bigint);
    create function note() returns trigger language plpgsql as 'begin insert into deletions values (old.id); return null; end';
    create trigger note after delete on parcels for each row execute function note()`);
  assert.deepEqual(await query("select batch.purge('parcel', '0'), current_setting('search_path') as path"), [
    { purge: "3", path: '"$user", public' },
  ]);
  assert.equal((await query("select from deletions")).length, 3);
});

test("purge keeps a row whose key is inserted again at that moment", async () => {
  await finishAll();
  await query("delete from parcels where id = 2");
  // The deletion locks this table before it reads the rows.
  await query("create table gate (); create rule gate as on delete to parcels do also delete from gate");
  try {
    const purged = await database.blockedBy("lock table gate; insert into parcels (id) values (2)", purge);
    assert.deepEqual(purged, [{ purge: "2" }]);
    assert.deepEqual([await query("select id::integer from parcels"), await queued()], [[{ id: 2 }], [2]]);
  } finally {
    await query("drop rule gate on parcels; drop table gate");
  }
});

test("a request that waits again when its kind is detached is not purged, and runs when the table is attached again", async () => {
  for (const job of ["a", "b"]) await failed(await claimed(job), true);
  await succeed(worker, await claimed("c"));
  await query("select batch.retry('parcel', 1); delete from parcels where id = 2; insert into parcels (id) values (2)");
  await query("select batch.detach('parcel')");
  assert.deepEqual(await purge(), [{ purge: "1" }]);
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), [1, 2]);
  for (const job of ["a", "b"]) assert.equal((await claimed(job)).attempt, 2);
});

test("a row that is inserted after the table was truncated, while its kind is detached, is not purged, and runs when it is attached again", async () => {
  await succeed(worker, await claimed("a"));
  await query("truncate parcels; select batch.detach('parcel'); insert into parcels (id) values (1)");
  assert.deepEqual(await purge(), [{ purge: "0" }]);
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await finishAll(), [1]);
});

for (const lose of ["delete from parcels where id = 1", "truncate parcels"]) {
  test(`a row inserted again while its previous attempt ran (${lose}), by a transaction that commits after a purge, runs`, async () => {
    const attempt = await claimed("a");
    await query(lose);
    const application = await database.begin("insert into parcels (id) values (1)");
    await succeed(worker, attempt);
    await purge();
    await application.query("commit");
    await poll();
    assert.ok((await finishAll()).includes(1));
  });
}

test("a row inserted again while its previous attempt ends and is purged runs, also if it is marked only after that", async () => {
  const attempt = await claimed("a");
  await query("delete from parcels where id = 1");
  const mark = "perform batch.mark_reinserted(";
  await haltBefore("enqueue", mark, "insert into parcels (id) values (1)", async () => {
    await succeed(worker, attempt);
    await purge();
  });
  await poll();
  assert.deepEqual(await finishAll().then((ids) => ids.sort()), [1, 2, 3]);
});

test("a purge that waits for a row holds nothing for which the transaction that has locked it may wait", async () => {
  await finishAll();
  await query("delete from parcels where id = 1");
  const insert = "set lock_timeout = '5s'; insert into parcels (id) values (1); commit";
  const purged = await database.blockedBy("select from parcels where id = 2 for key share", purge, insert);
  assert.deepEqual(purged, [{ purge: "2" }]);
  assert.deepEqual(await finishAll(), [1]);
});

test("purge deletes nothing from a table that is detached while it waits, and another one attached as its kind", async () => {
  await finishAll();
  const exchange = `select batch.detach('parcel'); create table crates (id bigint primary key);
    select batch.attach('crates', 'parcel'); insert into crates values (1)`;
  await assert.rejects(database.blockedBy(exchange, purge), {
    message: /cannot purge parcel: another table was attached as this kind meanwhile/,
  });
  assert.deepEqual(await query("select id::integer from parcels order by 1"), [{ id: 1 }, { id: 2 }, { id: 3 }]);
  await query("drop table crates");
});

test("purge of one of a table's two kinds keeps the rows on which the other one has unfinished requests", async () => {
  await query("select batch.attach('parcels', 'label')");
  try {
    await finishAll();
    for (const job of ["a", "b"]) await succeed(worker, await take(worker, job, { kind: "label" }));
    // It waits for an operator's transaction, which makes a request of the other kind wait again.
    await query("select batch.cancel('label', 3)");
    const purged = await database.blockedBy("select batch.retry('label', 3)", purge);
    assert.deepEqual(purged, [{ purge: "2" }]);
    assert.deepEqual(await query("select id::integer from parcels"), [{ id: 3 }]);
    await succeed(worker, await take(worker, "c", { kind: "label" }));
    assert.deepEqual(await query("select batch.purge('label', '0')"), [{ purge: "3" }]);
    assert.deepEqual(await query("select from parcels"), []);
  } finally {
    await query("drop table parcels; select batch.detach('label'); delete from batch.kind where kind = 'label'");
  }
});
