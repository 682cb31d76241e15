import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { succeed } from "../support/queue.ts";
import { attempts, claimed, database, failed, notRetried, poll, query, queued, worker } from "./parcels.ts";

test("a key that is changed by a transaction that is older than a truncate: the request stays DEAD when its table is attached again", async () => {
  const application = await database.begin("select 1");
  await query("truncate parcels; insert into parcels (id) values (1)");
  const attempt = await claimed("a");
  await application.query("update parcels set id = 5 where id = 1; commit");
  await application.end();
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), [1]);
  await failed(attempt);
});

test("an earlier version's trigger for changed keys is replaced when the table is attached again", async () => {
  await query(
    `create or replace trigger "batch_parcel$key" after update of id on parcels
     for each row when (old.id is distinct from new.id) execute function batch.rekey('parcel')`,
  );
  await query("select batch.attach('parcels', 'parcel')");
  const [trigger] = await query(
    "select pg_get_triggerdef(oid) as text from pg_trigger where tgname = 'batch_parcel$key'",
  );
  assert.match(String(trigger?.text), / AFTER UPDATE ON /);
});

/** Another trigger of the table, with this name, which inserts the previous key of a row again. */
const insertAgain = (trigger: string) =>
  query(`create or replace function insert_again() returns trigger language plpgsql as
      'begin insert into parcels (id) values (old.id); return null; end';
    create trigger ${trigger} after update on parcels for each row when (old.id <> new.id) execute function insert_again()`);

describe("a changed primary key", () => {
  test("is followed by a waiting and by a reserved request", async () => {
    await failed(await claimed("a"));
    await query("update parcels set id = id + 10");
    assert.deepEqual(await queued(), [11, 12, 13]);
    const again = await claimed("a");
    assert.deepEqual([again.requestId, again.attempt, parseRow(again.row).id], ["11", 2, 11]);
    assert.equal((await claimed("b")).requestId, "12");
  });

  test("of a request that has failed and waits: its previous key is DEAD with the reason, is purged, and may get the request back", async () => {
    await failed(await claimed("a"));
    await query("update parcels set id = 11 where id = 1");
    assert.deepEqual(await attempts(1), [notRetried("its primary key was changed to 11")]);
    assert.partialDeepStrictEqual(await attempts(11), [{ status: "FAILED", error: "no" }]);
    await query("update parcels set id = 1 where id = 11");
    assert.equal((await claimed("a")).attempt, 2);
    assert.deepEqual(await query("select batch.purge('parcel', '0') as purged"), [{ purged: "1" }]);
    assert.deepEqual(await attempts(11), []);
  });

  test("of a request that has failed and waits, changed back: it is FAILED again with its own error, since it will be retried", async () => {
    await failed(await claimed("a"));
    await query("update parcels set id = 11 where id = 1; update parcels set id = 1 where id = 11");
    assert.deepEqual(await query("select status from batch.request where request_id = 1"), [{ status: "FAILED" }]);
    assert.partialDeepStrictEqual(await attempts(1), [{ status: "FAILED", error: "no" }]);
    assert.deepEqual(await attempts(11), [notRetried("its primary key was changed to 1")]);
  });

  test("a running request is not retried, and the reason is recorded", async () => {
    const running = await claimed("a");
    await query("update parcels set id = 11 where id = 1");
    assert.equal(await failed(running), "DEAD");
    assert.deepEqual(await attempts(1), [notRetried("its primary key was changed to 11")]);
  });

  test("of a running request: its row is run by no second worker, neither attached again nor with yet another key", async () => {
    const running = await claimed("a");
    await query("update parcels set id = 11 where id = 1; update parcels set id = 12 where id = 11");
    await query("select batch.attach('parcels', 'parcel')");
    await succeed(worker, running);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [2, 3]);
    const error = "a Job was working on it as 1 when its primary key was changed";
    assert.deepEqual(await attempts(12), [{ attempt: 1, status: "DEAD", reason: "canceled", error }]);
    await query("select batch.retry('parcel', 12)");
    assert.deepEqual(await queued(), [2, 3, 12]);
  });

  test("a finished request stays finished, and its previous key may be inserted again", async () => {
    await succeed(worker, await claimed("a"));
    await query("update parcels set id = 11 where id = 1");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [2, 3]);
    await query("insert into parcels (id) values (1)");
    assert.deepEqual(await queued(), [1, 2, 3]);
  });

  test("to the key of a request that has ended: the request runs, and its attempt numbers continue", async () => {
    await succeed(worker, await claimed("a"));
    await query("delete from parcels where id = 1; update parcels set id = 1 where id = 2");
    assert.deepEqual(await queued(), [1, 3]);
    await query("delete from batch.queue where request_id = 3");
    assert.deepEqual(await claimed("b").then(({ requestId, attempt }) => [requestId, attempt]), ["1", 2]);
  });

  test("to a key whose previous request has attempts: a finished request stays finished, a failed one continues its numbers", async () => {
    await succeed(worker, await claimed("a"));
    await failed(await claimed("b"));
    await failed(await claimed("c"));
    await query("update parcels set id = 12 where id = 2; update parcels set id = 2 where id = 1");
    await query("update parcels set id = 1 where id = 12");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 3]);
    assert.partialDeepStrictEqual(await attempts(2), [{ status: "DEAD" }, { status: "SUCCESS" }]);
    const again = await claimed("b");
    assert.deepEqual([again.requestId, again.attempt], ["1", 3]);
  });

  test("there and back repeats no attempt", async () => {
    await succeed(worker, await claimed("a"));
    await query("update parcels set id = 11 where id = 1; update parcels set id = 1 where id = 11");
    assert.equal((await attempts(1)).length, 1);
  });

  test("to the key of a DEAD request whose row was deleted, and back: a finished request stays finished", async () => {
    await failed(await claimed("a"), true);
    await query("delete from parcels where id = 1");
    await succeed(worker, await claimed("b"));
    await query("update parcels set id = 1 where id = 2; update parcels set id = 2 where id = 1");
    assert.partialDeepStrictEqual(await attempts(2), [{ attempt: 1, status: "SUCCESS" }]);
    assert.equal((await attempts(2)).length, 1);
  });

  test("by another trigger is followed", async () => {
    await query(`create function renumber() returns trigger language plpgsql as 'begin new.id := new.id + 10; return new; end';
      create trigger renumber before update on parcels for each row execute function renumber()`);
    await query("update parcels set place = 'z'; drop function renumber cascade");
    assert.deepEqual(await queued(), [11, 12, 13]);
  });

  for (const trigger of ["a_first", "z_last"]) {
    test(`when another trigger (${trigger}) inserts the previous key again: both rows are requests, finished ones only under the new key`, async () => {
      await succeed(worker, await claimed("a"));
      const running = await claimed("b");
      await insertAgain(trigger);
      await query("update parcels set id = id + 10 where id in (1, 3)");
      assert.deepEqual(await queued(), [1, 2, 3, 13]);
      await query("update parcels set id = 12 where id = 2");
      await succeed(worker, running);
      await poll();
      assert.deepEqual(await queued(), [1, 2, 3, 13]);
    });
  }

  for (const [trigger, what, change, waiting] of [
    ["a_first", "once more", "id = new.id + 100 where id = new.id", [2, 113]],
    ["z_last", "once more", "id = new.id + 100 where id = new.id", [2, 113]],
    ["a_first", "once more, in all rows at once", "id = id + 100 where id between 11 and 99", [2, 113]],
    ["a_first", "back", "id = old.id where id = new.id", [2, 3]],
  ] as const) {
    test(`that another trigger (${trigger}) changes ${what}: a waiting request is followed, and no other one runs again`, async () => {
      await succeed(worker, await claimed("a"));
      const running = await claimed("b");
      await query(`create or replace function change_again() returns trigger language plpgsql as
          'begin update parcels set ${change}; return null; end';
        create trigger ${trigger} after update on parcels for each row when (old.id < 10 and new.id > 10) execute function change_again()`);
      await query("update parcels set id = id + 10");
      assert.deepEqual(await queued(), waiting);
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), waiting);
      await succeed(worker, running);
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), waiting.slice(1));
    });
  }

  test("when another trigger inserts the previous key again while the request is finishing: only the new row is run", async () => {
    const { token } = await claimed("a");
    await insertAgain("a_first");
    const change = () => query("update parcels set id = 11 where id = 1");
    await database.blockedBy(`select batch.finish('${token}')`, change);
    assert.deepEqual(await queued(), [1, 2, 3]);
    assert.equal((await attempts(11))[0]?.status, "SUCCESS");
    for (const job of ["b", "c"]) await claimed(job);
    const again = await claimed("d");
    assert.deepEqual([again.requestId, again.attempt], ["1", 2]);
  });

  test("in a transaction that then inserts no row: no request is added, nothing is refused", async () => {
    await claimed("a");
    await query("delete from batch.queue where kind = 'parcel' and request_id = 3; select batch.cancel('parcel', 1)");
    await query("begin; update parcels set id = 12 where id = 2; insert into parcels select where false; commit");
    assert.deepEqual(await queued(), [1, 12]);
  });

  test("to the key of a row that was deleted while its request runs is refused", async () => {
    await claimed("a");
    await query("delete from parcels where id = 1");
    await assert.rejects(query("update parcels set id = 1 where id = 2"), { message: /one request, one owner/ });
  });

  test("to the same value, or a change of another column, has no effect", async () => {
    const before = await query("select * from batch.queue");
    await query("update parcels set id = id, place = 'y'");
    assert.deepEqual(await query("select * from batch.queue"), before);
  });

  test("of a request below the lower bound of the scans: it is still found", async () => {
    await succeed(worker, await claimed("a"));
    await poll();
    await query("update parcels set id = -5 where id = 3");
    await succeed(worker, await claimed("b"));
    assert.equal((await claimed("c"))?.requestId, "-5");
  });
});
