import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claim, claimParams, succeed } from "../support/queue.ts";
import { attempts, claimed, database, poll, query, queued, worker } from "./parcels.ts";

/** What ends the attempt on row 1. */
const ENDS = [
  "batch.succeed('parcel', 'a', 1, 1, 4711, null)",
  "batch.fail('parcel', 'a', 1, 1, 4711, 'error', 'no', true)",
];

/** Runs a statement that waits for an attempt's end, which is not yet committed when it begins. */
const runDuring = (end: string, statement: string) => database.blockedBy(`select ${end}`, () => query(statement));

for (const end of ENDS) {
  describe(`at the moment of ${end}`, () => {
    test("the key of a row that was deleted is inserted again: it is a new request", async () => {
      await claim(worker, claimParams("a", { kind: "parcel", session: 4711 }));
      await query("delete from parcels where id = 1");
      await runDuring(end, "insert into parcels (id) values (1)");
      await query("update batch.kind set sweep_pending = true where kind = 'parcel'");
      await poll();
      for (const job of ["b", "c", "d"]) await succeed(worker, await claimed(job));
      assert.partialDeepStrictEqual(await attempts(1), [{ attempt: 1 }, { attempt: 2, status: "SUCCESS" }]);
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), []);
    });

    test("the table is attached again without waiting: the request is not enqueued again", async () => {
      await claim(worker, claimParams("a", { kind: "parcel", session: 4711 }));
      const ending = await database.begin(`select ${end}`);
      await query("select batch.attach('parcels', 'parcel')");
      await ending.query("commit");
      assert.deepEqual(await queued(), [2, 3]);
    });

    test("its key is changed: it has ended under both keys", async () => {
      await claim(worker, claimParams("a", { kind: "parcel", session: 4711 }));
      await runDuring(end, "update parcels set id = 11 where id = 1");
      assert.equal((await attempts(1)).length, 1);
      assert.deepEqual(await attempts(11), await attempts(1));
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), [2, 3]);
    });
  });
}
