import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimed, query, queued, worker } from "./parcels.ts";

test("purge skips rows that a trigger keeps, however many come first", async () => {
  for (const job of ["a", "b", "c"]) await succeed(worker, await claimed(job));
  await query(`create function keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep before delete on parcels for each row when (old.id < 3) execute function keep()`);
  try {
    assert.deepEqual(await query("select batch.purge('parcel', '0', 1)"), [{ purge: "1" }]);
    assert.deepEqual(await query("select batch.purge('parcel', '0', 1)"), [{ purge: "0" }]);
    assert.deepEqual(await query("select id::integer from parcels order by 1"), [{ id: 1 }, { id: 2 }]);
    assert.deepEqual(await query("select distinct request_id::integer as id from batch.history order by 1"), [
      { id: 1 },
      { id: 2 },
    ]);
  } finally {
    await query("drop function keep cascade");
  }
});

test("purge compares no request with all those that a trigger keeps", async () => {
  await query(`create function keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep before delete on parcels for each row execute function keep();
    set session_replication_role = replica; insert into parcels (id) select generate_series(100, 60099); reset session_replication_role;
    insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status)
    select 'parcel', id, 1, now(), now(), now() - interval '1 h', 'SUCCESS' from parcels where id >= 100`);
  try {
    await query("set statement_timeout = '5s'");
    assert.deepEqual(await query("select batch.purge('parcel', '0')"), [{ purge: "0" }]);
  } finally {
    await query("reset statement_timeout");
    await query("drop function keep cascade");
  }
});

test("purge of a detached kind passes over such rows, too: attached again, none of them runs again", async () => {
  for (const job of ["a", "b", "c"]) await succeed(worker, await claimed(job));
  await query("select batch.detach('parcel')");
  await query(`create function keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep before delete on parcels for each row when (old.id < 3) execute function keep()`);
  try {
    assert.deepEqual(await query("select batch.purge('parcel', '0')"), [{ purge: "1" }]);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), []);
  } finally {
    await query("drop function keep cascade");
  }
});

test("purge of a table that has lost its key is refused: its rows would run again once it is attached again", async () => {
  for (const job of ["a", "b", "c"]) await succeed(worker, await claimed(job));
  await query("alter table parcels drop constraint parcels_pkey");
  await assert.rejects(query("select batch.purge('parcel', '0')"), {
    message: /must have a primary key of one bigint column/,
  });
  await query("alter table parcels add primary key (id)");
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), []);
});

test("purge of a table that was dropped deletes the attempts", async () => {
  for (const job of ["a", "b", "c"]) await succeed(worker, await claimed(job));
  await query("drop table parcels");
  assert.deepEqual(await query("select batch.purge('parcel', '0')"), [{ purge: "3" }]);
});

test("purge deletes rows with the caller's search_path, which the table's triggers may need, and keeps it", async () => {
  for (const job of ["a", "b", "c"]) await succeed(worker, await claimed(job));
  await query(`create table deletions (id bigint);
    create function note() returns trigger language plpgsql as 'begin insert into deletions values (old.id); return null; end';
    create trigger note after delete on parcels for each row execute function note()`);
  try {
    assert.deepEqual(await query("select batch.purge('parcel', '0'), current_setting('search_path') as path"), [
      { purge: "3", path: '"$user", public' },
    ]);
    assert.equal((await query("select from deletions")).length, 3);
  } finally {
    await query("drop function note cascade; drop table deletions");
  }
});
