import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimed, failed, poll, problem, query, queued, worker } from "./parcels.ts";

/** Ways of writing the table; 1, 2 and 3 wait before. */
const WAYS: Record<string, { readonly sql: string; readonly expected: readonly number[] }> = {
  "on conflict do update": {
    sql: "insert into parcels (id) values (3), (4) on conflict (id) do update set place = 'again'",
    expected: [1, 2, 3, 4],
  },
  "on conflict do update of the key": {
    sql: "insert into parcels (id) values (3), (4) on conflict (id) do update set id = excluded.id + 10",
    expected: [1, 2, 4, 13],
  },
  "a statement that deletes and inserts": {
    sql: "with deleted as (delete from parcels where id > 1 returning id) insert into parcels (id) select id + 10 from deleted",
    expected: [1, 12, 13],
  },
  "a foreign key's cascade": {
    sql: `create table places (id bigint primary key); insert into places select id from parcels;
      alter table parcels add foreign key (id) references places on delete cascade on update cascade;
      delete from places where id = 1; update places set id = 12 where id = 2; drop table places cascade`,
    expected: [3, 12],
  },
  "a view with a trigger of its own": {
    sql: `create view parcel_view as select id from parcels;
      create function insert_parcel() returns trigger language plpgsql as 'begin insert into parcels (id) values (new.id); return new; end';
      create trigger redirect instead of insert on parcel_view for each row execute function insert_parcel();
      insert into parcel_view values (4); delete from parcel_view where id = 1; drop view parcel_view; drop function insert_parcel`,
    expected: [2, 3, 4],
  },
  "copy freeze into a truncated table": {
    sql: "begin; truncate parcels; copy parcels (id) from program 'seq 7 9' with (freeze); commit",
    expected: [7, 8, 9],
  },
  "the lowest and the highest key": {
    sql: "insert into parcels (id) values (-9223372036854775808), (9223372036854775807); delete from parcels where id between 1 and 3",
    // Rounded as numbers of JavaScript are.
    expected: [-(2 ** 63), 2 ** 63],
  },
};

describe("every way of writing a table is followed", () => {
  for (const [what, { sql, expected }] of Object.entries(WAYS)) {
    test(what, async () => {
      await query(sql);
      const rows = await query("select request_id from batch.queue where kind = 'parcel' order by request_id");
      const ids = rows.map(({ request_id }) => Number(request_id));
      assert.deepEqual(ids, expected);
      assert.equal(await poll(), expected.length);
      for (const [index] of expected.entries()) await succeed(worker, await claimed(`job-${index}`));
      assert.deepEqual(await queued(), []);
      assert.deepEqual(await query("select from batch.history where status <> 'SUCCESS'"), []);
    });
  }

  test("merge that inserts, updates and deletes", async (t) => {
    const [server] = await query("select current_setting('server_version_num')::integer as version");
    if (server?.version < 150_000) return t.skip("merge is new in 15");
    await succeed(worker, await claimed("a"));
    await failed(await claimed("b"));
    await query(`merge into parcels p using (values (1, 'drop'), (2, 'move'), (4, 'add')) as s (id, action) on p.id = s.id
      when matched and s.action = 'drop' then delete
      when matched then update set id = p.id + 10
      when not matched then insert (id) values (s.id)`);
    assert.deepEqual(await queued(), [3, 4, 12]);
    assert.equal((await claimed("b")).requestId, "12");
    await query("insert into parcels (id) values (1)");
    assert.deepEqual(await queued(), [1, 3, 4, 12], "the key of the deleted row is a new request");
  });

  for (const trigger of ["a_first", "z_last"]) {
    test(`a key that another trigger (${trigger}) changes after the insert is a request, and its previous key is none`, async () => {
      await succeed(worker, await claimed("a"));
      await query(`create function renumber() returns trigger language plpgsql as
          'begin update parcels set id = id + 10 where id = new.id and new.id < 10; return null; end';
        create trigger ${trigger} after insert on parcels for each row execute function renumber()`);
      await query("insert into parcels (id) values (7)");
      assert.deepEqual(await queued(), [2, 3, 17]);
      // The previous key is that of a request that has ended and whose row is gone.
      await query("delete from parcels where id = 1; insert into parcels (id) values (1)");
      assert.deepEqual(await queued(), [2, 3, 11, 17]);
      await succeed(worker, await claimed("b"));
      await query("truncate parcels; insert into parcels (id) values (1), (2)");
      assert.deepEqual(await queued(), [11, 12]);
      await query("drop function renumber cascade");
    });
  }

  test("a soft delete by a rule is not a delete, and purge keeps the row and its attempts", async () => {
    await query(`alter table parcels add hidden boolean;
      create rule soft as on delete to parcels do instead update parcels set hidden = true where id = old.id`);
    await succeed(worker, await claimed("a"));
    await query("delete from parcels");
    assert.deepEqual(await queued(), [2, 3]);
    assert.deepEqual(await query("select batch.purge('parcel', '0')"), [{ purge: "0" }]);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [2, 3]);
    assert.equal(await problem(), "");
  });
});
