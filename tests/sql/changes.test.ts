import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claim, claimParams, reclaim, succeed } from "../support/queue.ts";
import { copyTriggers } from "./copyTriggers.ts";
import { own } from "./interleaving.ts";
import {
  attempts,
  claimed,
  claimNext,
  database,
  failed,
  finishAll,
  notRetried,
  partitionByPlace,
  poll,
  query,
  queued,
  worker,
} from "./parcels.ts";

describe("a deleted row", () => {
  test("ends its request, and a waiting one leaves no trace", async () => {
    await query("delete from parcels where id = 1");
    assert.deepEqual(await queued(), [2, 3]);
    assert.deepEqual(await attempts(1), []);
  });

  test("a running request is not retried, and the reason is recorded; its success counts", async () => {
    const [one, two] = [await claimed("a"), await claimed("b")];
    await query("delete from parcels where id in (1, 2)");
    await succeed(worker, one);
    assert.equal(await failed(two), "DEAD");
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "SUCCESS", reason: null, error: null }]);
    assert.deepEqual(await attempts(2), [notRetried("its row was deleted")]);
  });

  test("a reserved request ends at once, and its Job's next pod claims another one", async () => {
    await failed(await claimed("a"));
    await query("delete from parcels where id = 1");
    assert.deepEqual(await attempts(1), [notRetried("its row was deleted")]);
    assert.equal((await claimed("a")).requestId, "2");
  });

  test("a crashed request is DEAD with both reasons", async () => {
    const dying = database.connect("batch_worker");
    await claim(dying, claimParams("a", { kind: "parcel" }));
    await query("delete from parcels where id = 1");
    await dying.close();
    assert.equal((await reclaim(worker, claimParams("a", { kind: "parcel" }), true))?.finding, "reclaimed");
    const error = "the worker in pod a-pod died; not retried: its row was deleted";
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "DEAD", reason: "crashed", error }]);
  });

  test("inserted and deleted in one transaction, it was never a request", async () => {
    await query("begin; insert into parcels (id) values (9); delete from parcels where id = 9; commit");
    assert.deepEqual(await queued(), [1, 2, 3]);
  });

  test("deleted and inserted in one transaction, it is a new request, whatever state the previous one was in", async () => {
    await succeed(worker, await claimed("a"));
    await failed(await claimed("b"), true);
    await query("begin; delete from parcels; insert into parcels (id) values (1), (2), (3); commit");
    assert.deepEqual(await queued(), [1, 2, 3]);
    assert.deepEqual([(await claimed("c")).attempt, (await claimed("d")).attempt], [2, 2]);
  });

  test("deleted and inserted by one statement, it is a new request, too", async () => {
    await succeed(worker, await claimed("a"));
    await query("with deleted as (delete from parcels returning id) insert into parcels (id) select id from deleted");
    assert.deepEqual(await queued(), [1, 2, 3]);
  });

  test("of a running request: the same key is a new request once that attempt has ended", async () => {
    const running = await claimed("a");
    await query("delete from parcels where id = 1");
    await query("insert into parcels (id) values (1)");
    assert.equal((await claimed("other")).requestId, "2");
    await query(
      // No waiting request is below the bounds of the scans, which a claim moves at random.
      `update batch.queue set job_name = null, session_id = null, attempt = 0, claimed_xid = null, enqueued_xid = pg_current_xact_id()
       where request_id = 2`,
    );
    await succeed(worker, running);
    await poll();
    assert.deepEqual(await queued(), [1, 2, 3]);
    const next = await claimed("b");
    await succeed(worker, next);
    await query("select batch.attach('parcels', 'parcel')");
    assert.ok(!(await queued()).includes(Number(next.requestId)), "what has ended stays ended");
    assert.equal((await queued()).length, 2);
  });

  test("a rollback of the delete changes nothing", async () => {
    const before = await query("select * from batch.queue");
    await query("begin; delete from parcels; rollback");
    assert.deepEqual(await query("select * from batch.queue"), before);
  });
});

describe("TRUNCATE", () => {
  test("ends every request with the reason, and every key may be inserted again", async () => {
    await succeed(worker, await claimed("a"));
    const running = await claimed("b");
    await failed(await claimed("c"));
    await query("truncate parcels");
    assert.deepEqual(await queued(), [2]);
    assert.equal(await failed(running), "DEAD");
    assert.deepEqual(await attempts(3), [notRetried("its table was truncated")]);
    await query("insert into parcels (id) values (1)");
    assert.deepEqual(await queued(), [1]);
    assert.equal((await claimed("d")).attempt, 2);
  });

  test("rows that a trigger of the user's inserts before the queue's trigger sees the truncate run", async () => {
    await query(`create function seed() returns trigger language plpgsql as $$begin insert into parcels (id) values (1), (7); return null; end$$;
      create trigger a_seed after truncate on parcels execute function seed()`);
    await finishAll();
    await query("truncate parcels");
    assert.equal(await poll(), 2);
    assert.deepEqual(await finishAll(), [1, 7]);
    await query("drop function seed cascade");
  });

  test("a running request's key may be inserted again, although the request succeeds after the TRUNCATE", async () => {
    const running = await claimed("a");
    await query("truncate parcels");
    await succeed(worker, running);
    await query("insert into parcels (id) values (1)");
    assert.deepEqual(await queued(), [1]);
  });

  test("that no trigger saw, like the inserts that followed, is repaired by another TRUNCATE and another attach", async () => {
    await succeed(worker, await claimed("a"));
    const unseen = (statement: string) =>
      query(`begin; alter table parcels disable trigger all;
        ${statement}; alter table parcels enable trigger all; commit`);
    await unseen("truncate parcels");
    await query("truncate parcels");
    await unseen("insert into parcels (id) values (1), (2)");
    assert.deepEqual(await queued(), []);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2]);
  });

  test("while a program's transaction owns the running request: its key may not be inserted before that transaction has ended", async () => {
    const program = await own(await claimed("a"));
    const application = await database.open();
    await assert.rejects(application.query("begin; truncate parcels; insert into parcels (id) values (1)"), {
      message: /one request, one owner/,
    });
    await program.end();
  });

  test("and a claim at the same moment do not wait for each other", async () => {
    const lock = "lock table parcels in access exclusive mode";
    const found = await database.blockedBy(lock, () => claimNext("a"), "truncate parcels; commit");
    assert.equal(found, undefined);
    assert.deepEqual(await queued(), []);
  });
});

test("a copy of a partitioned table with its triggers: its changes end and move no request", async () => {
  await partitionByPlace();
  await query(`select batch.attach('parcels', 'parcel');
    insert into parcels values (1, 'here'), (2, 'here'), (3, 'here')`);
  const running = await claimed("a");
  await query(`create table parcels_copy (like parcels including all) partition by list (place);
    create table parcels_copy_here partition of parcels_copy for values in ('here'); insert into parcels_copy table parcels`);
  await copyTriggers(database);
  await query(`update parcels_copy set id = id + 10;
    delete from parcels_copy_here where id = 13; truncate parcels_copy`);
  assert.deepEqual(await queued(), [1, 2, 3]);
  assert.equal(await failed(running), "FAILED");
  await query("drop table parcels_copy");
});

test("a copy of the table with its triggers, as a dump of the table restored under another name: its changes end no request", async () => {
  await succeed(worker, await claimed("a"));
  const running = await claimed("b");
  await query("create table parcels_copy (like parcels including all); insert into parcels_copy table parcels");
  await copyTriggers(database);
  await query(`delete from parcels_copy where id = 3;
    update parcels_copy set id = 12 where id = 2; truncate parcels_copy`);
  assert.deepEqual(await queued(), [2, 3]);
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), [2, 3], "the finished one stays finished");
  assert.equal(await failed(running), "FAILED");
  await query("drop table parcels_copy");
});
