import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { succeed } from "../support/queue.ts";
import { attempts, claimed, query, queued, worker } from "./parcels.ts";

/** Statements that delete the row 1 and insert it again, whose trigger for inserted rows fires first. */
const REPLACE: readonly string[] = [
  `with deleted as (delete from parcels where id in (1, 2) returning id)
   insert into parcels (id) select id from deleted limit 1`,
  `create function insert_again() returns trigger language plpgsql as
     'begin if old.id = 1 then insert into parcels (id) values (1); end if; return null; end';
   create trigger insert_again after delete on parcels for each row execute function insert_again();
   delete from parcels where id in (1, 2); drop function insert_again cascade`,
];

for (const statement of REPLACE) {
  describe(`a row that is deleted and inserted again by "${statement}"`, () => {
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

    test("is refused while the previous one runs", async () => {
      await claimed("a");
      await assert.rejects(query(statement), { message: /parcel 1 must not be inserted again/ });
      await query("rollback; drop function if exists insert_again cascade");
      assert.deepEqual(await queued(), [1, 2, 3]);
    });
  });
}

test("a row that gets the key of one that the same statement deletes is a request", async () => {
  await query(`with deleted as (delete from parcels where id = 2 returning id)
    update parcels p set id = deleted.id from deleted where p.id = 1`);
  assert.deepEqual(await queued(), [2, 3]);
});
