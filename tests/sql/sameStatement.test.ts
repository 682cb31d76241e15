import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { succeed } from "../support/queue.ts";
import { attempts, claimed, poll, query, queued, worker } from "./parcels.ts";

/** Statements that delete the row 1 and insert it again, whose trigger for inserted rows fires first. */
const REPLACE: readonly string[] = [
  `with deleted as (delete from parcels where id in (1, 2) returning id)
   insert into parcels (id) select id from deleted limit 1`,
  `create function insert_again() returns trigger language plpgsql as
     'begin if old.id = 1 then insert into parcels (id) values (1); end if; return null; end';
   create trigger insert_again after delete on parcels for each row execute function insert_again();
   delete from parcels where id in (1, 2); drop function insert_again cascade`,
];

/** Triggers that always fire are row triggers once the table is attached again. */
const ALWAYS = "alter table parcels enable always trigger batch_parcel; select batch.attach('parcels', 'parcel')";

/** What prepares the table for statement triggers, and for row triggers. */
const TRIGGERS = { statement: "", row: ALWAYS } as const;

for (const [statement, by] of REPLACE.flatMap((each) => [[each, "statement"] as const, [each, "row"] as const])) {
  describe(`a row that is deleted and inserted again by "${statement}", with ${by} triggers`, () => {
    beforeEach(() => query(TRIGGERS[by]));

    test("is one new request", async () => {
      await query(statement);
      assert.deepEqual(await queued(), [1, 3]);
    });

    test("is a new request, too, when the previous one has ended", async () => {
      await succeed(worker, await claimed("a"));
      await query(statement);
      assert.deepEqual(await queued(), [1, 3]);
      await query("delete from batch.queue where request_id = 3");
      await succeed(worker, await claimed("b"));
      assert.partialDeepStrictEqual(await attempts(1), [{ attempt: 1 }, { attempt: 2, status: "SUCCESS" }]);
    });

    test("while the previous one runs, is a new request once that attempt has ended", async () => {
      const running = await claimed("a");
      await query(statement);
      assert.deepEqual(await claimed("b").then(({ requestId }) => requestId), "3");
      await succeed(worker, running);
      await poll();
      assert.deepEqual(await claimed("c").then(({ requestId, attempt }) => [requestId, attempt]), ["1", 2]);
    });
  });
}

test("a row that gets the key of one that the same statement deletes is a request", async () => {
  await query(`with deleted as (delete from parcels where id = 2 returning id)
    update parcels p set id = deleted.id from deleted where p.id = 1`);
  assert.deepEqual(await queued(), [2, 3]);
});

/** Triggers that delete rows before the statement's own changes have reached the queue, and a statement that leaves the rows 1, 3 and 7. */
const DELETE: Record<string, { readonly trigger: string; readonly statement: string }> = {
  "before the insert of its duplicate": {
    trigger:
      "before insert on parcels for each row execute function clean('delete from parcels where place = $1.place')",
    statement: "insert into parcels (id, place) values (6, 'same'), (7, 'same')",
  },
  "right after its insert": {
    trigger: "after insert on parcels for each row execute function clean('delete from parcels where id = 6')",
    statement: "insert into parcels (id) values (6), (7)",
  },
  "once all rows are inserted": {
    trigger: "after insert on parcels for each statement execute function clean('delete from parcels where id = 6')",
    statement: "insert into parcels (id) values (6), (7)",
  },
  "right after a change of its key": {
    trigger: "after update on parcels for each row execute function clean('delete from parcels where id = 6')",
    statement:
      "insert into parcels (id) values (5); update parcels set id = id + 1 where id = 5; insert into parcels (id) values (7)",
  },
};

for (const [when, { trigger, statement }] of Object.entries(DELETE)) {
  for (const [name, by] of [
    ["a_first", "statement"],
    ["z_last", "statement"],
    ["a_first", "row"],
    ["z_last", "row"],
  ] as const) {
    test(`a row that another trigger (${name}) deletes ${when} is no request, and its key may be inserted again (${by} triggers)`, async () => {
      await query(`${TRIGGERS[by]}; delete from parcels where id = 2;
        create function clean() returns trigger language plpgsql as
          'begin execute tg_argv[0] using new; return new; end';
        create trigger ${name} ${trigger}`);
      try {
        await query(statement);
        assert.deepEqual(await queued(), [1, 3, 7]);
        assert.equal(await poll(), 3);
        assert.deepEqual(await query("select from batch.deleted_request"), []);
      } finally {
        await query("drop function clean cascade");
      }
      await query("insert into parcels (id) values (6)");
      assert.deepEqual(await queued(), [1, 3, 6, 7]);
    });
  }
}

test("a finished request whose row another trigger deletes right after a change of its key: the new key may be inserted again", async () => {
  await succeed(worker, await claimed("a"));
  await query(`create function clean() returns trigger language plpgsql as 'begin delete from parcels where id = 6; return null; end';
    create trigger a_first after update on parcels for each row execute function clean();
    update parcels set id = 6 where id = 1; drop function clean cascade`);
  await query("insert into parcels (id) values (1), (6)");
  assert.deepEqual(await queued(), [1, 2, 3, 6]);
});
