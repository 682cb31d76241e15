import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { ERROR, fail, succeed } from "../support/queue.ts";
import { END_FIRST, haltBefore, own } from "./interleaving.ts";
import { claimed, database, finishAll, partitionByPlace, poll, query, queued, worker } from "./parcels.ts";

/** The statement would give the key of one row to another one. */
async function assertRefused(id: number, statement: Promise<unknown>): Promise<void> {
  const message = new RegExp(`parcel ${id} must be the only row with its id, in all partitions .*; got another one`);
  await assert.rejects(statement, { code: "23505", message });
}

describe("a row that is moved to another partition", () => {
  beforeEach(async () => {
    await partitionByPlace();
    await query("create table parcels_there partition of parcels for values in ('there')");
    await query("select batch.attach('parcels', 'parcel')");
    await query("insert into parcels values (1, 'here'), (2, 'here'), (3, 'here'), (4, 'here')");
  });

  test("keeps its state: finished, running, reserved or waiting", async () => {
    await succeed(worker, await claimed("done"));
    const running = await claimed("runs");
    await fail(worker, await claimed("failed"), ERROR);
    const before = await query("select * from batch.queue order by request_id");
    const history = await query("select * from batch.history order by request_id");
    await query("update parcels set place = 'there'");
    assert.deepEqual(await query("select tableoid::regclass::text as t, count(*)::integer from parcels group by 1"), [
      { t: "parcels_there", count: 4 },
    ]);
    assert.deepEqual(await query("select * from batch.queue order by request_id"), before);
    assert.deepEqual(await query("select * from batch.history order by request_id"), history);
    await succeed(worker, running);
    await query("update parcels set place = 'here'");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [3, 4]);
  });

  test("if it is deleted and inserted instead, it is a new request", async () => {
    await succeed(worker, await claimed("done"));
    await query("begin; delete from parcels where id = 1; insert into parcels values (1, 'there'); commit");
    assert.deepEqual(await queued(), [1, 2, 3, 4]);
  });

  test("a second row with its key, in another partition, is refused", async () => {
    await assertRefused(1, query("insert into parcels values (1, 'there')"));
    // In the refused statement's session, so that its locks are released afterwards.
    assert.deepEqual(await queued(), [1, 2, 3, 4]);
    await finishAll();
    await assert.rejects(query("insert into parcels values (2, 'there')"), { code: "23505" });
    await query("insert into parcels values (5, 'there')");
    await assert.rejects(query("update parcels set id = 1 where id = 5"), { code: "23505" });
    assert.deepEqual(await queued(), [5]);
  });

  test("locks nothing of its request: others claim, finish and own it before the transaction ends", async () => {
    const running = await claimed("a");
    const program = await own(await claimed("owned"));
    const application = await database.begin("set local lock_timeout = '2s'; update parcels set place = 'there'");
    await succeed(worker, running);
    assert.equal((await claimed("b")).requestId, "3");
    await application.query("commit");
    await program.end();
    assert.deepEqual(await queued(), [2, 3, 4]);
  });

  test("while its request is just ending, it is finished", async () => {
    await claimed("a");
    await database.blockedBy(END_FIRST, () => query("update parcels set place = 'there' where id = 1"));
    assert.deepEqual(await queued(), [2, 3, 4]);
  });

  for (const state of ["finished", "running"]) {
    test(`a row whose key another transaction gives to a ${state} request is refused`, async () => {
      const attempt = await claimed("a");
      if (state === "finished") await succeed(worker, attempt);
      const insert = () => query("insert into parcels values (7, 'there')");
      await assertRefused(7, database.blockedBy("update parcels set id = 7 where id = 1", insert));
      const change = () => query("update parcels set id = 8 where id = 7");
      await assertRefused(8, database.blockedBy("insert into parcels values (8, 'there')", change));
      assert.deepEqual(await queued(), state === "finished" ? [2, 3, 4, 8] : [1, 2, 3, 4, 8]);
    });
  }

  test("a row whose key a concurrent transaction deletes, after its request has ended, is a new request", async () => {
    await finishAll();
    const other = await database.begin("delete from parcels where id = 1");
    // Between the attempt to enqueue the row and the search for others.
    const search = "perform batch.refuse_old_snapshot(";
    await haltBefore("enqueue_row", search, "insert into parcels values (1, 'there')", () => other.query("commit"));
    assert.deepEqual(await finishAll(), [1]);
  });

  test("at repeatable read, a second row with its key is refused also if its request ended after the snapshot", async () => {
    const running = await claimed("a");
    const older = await database.begin("select count(*) from pg_class", "repeatable read");
    await succeed(worker, running);
    await assertRefused(1, older.query("insert into parcels values (1, 'there')"));
  });

  test("at serializable, such a second row is reported when it is claimed", async () => {
    const running = await claimed("a");
    const older = await database.begin("select count(*) from pg_class", "serializable");
    await succeed(worker, running);
    await older.query("insert into parcels values (1, 'there'); commit");
    assert.deepEqual(await finishAll(), [2, 3, 4]);
    assert.deepEqual(await query("select request_id::integer as id from batch.rejected"), [{ id: 1 }]);
  });

  test("a second row with its key is refused while its request is just ending", async () => {
    await claimed("a");
    const insert = () => query("insert into parcels values (1, 'there')");
    await assertRefused(1, database.blockedBy(END_FIRST, insert));
  });

  for (const [what, write, accepted] of [
    ["inserted", "insert into parcels values (1, 'there')", true],
    ["changed", "update parcels set id = 1 where id = 5", false],
    ["changed in another partition", "update parcels set id = 1, place = 'there' where id = 2", true],
    ["changed by another trigger", "insert into parcels values (11, 'there')", false],
  ] as const) {
    test(`a key that is ${what} while the running request's row is given another one is ${accepted ? "a new request afterwards" : "refused"}`, async () => {
      await query(`
        create or replace function react() returns trigger language plpgsql as
        $$begin update parcels set id = new.id - 10 where id = new.id and id > 10; return null; end$$;
        create trigger a_react after insert on parcels for each row execute function react()`);
      await query("insert into parcels values (5, 'there')");
      const running = await claimed("a");
      const written = database.blockedBy("update parcels set id = 9 where id = 1", () => query(write));
      if (accepted) await written;
      else await assert.rejects(written, { message: /no row may get the key of parcel 1 before its running/ });
      await succeed(worker, running);
      await poll();
      assert.equal((await queued()).includes(1), accepted);
    });
  }

  test("a second row with its key is refused in a partition that is newer than the transaction's snapshot as well", async () => {
    const older = await database.begin("select", "repeatable read");
    await query("create table parcels_new partition of parcels for values in ('new')");
    await older.query("insert into parcels values (5, 'new')");
    await assertRefused(1, older.query("update parcels set id = 1 where id = 5"));
  });

  test("a changed key whose previous request is just ending, since its partition was detached, is a new request", async () => {
    await finishAll();
    await query("insert into parcels values (9, 'there'); alter table parcels detach partition parcels_there");
    const claim = "select from batch.claim('parcel', 'a', 'a', 1000, '{1,1,1,1}', 1, null, null, 0, true)";
    const change = "insert into parcels values (15, 'here'); update parcels set id = 9 where id = 15";
    await database.blockedBy(claim, () => query(change));
    assert.deepEqual(await finishAll(), [9]);
    await query("drop table parcels_there");
  });
});
