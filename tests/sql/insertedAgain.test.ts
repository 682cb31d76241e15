import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claim, claimParams, succeed } from "../support/queue.ts";
import { END_FIRST, haltBefore } from "./interleaving.ts";
import {
  attempts,
  claimed,
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

/** How an application replaces the row 1, on which a Job works. */
const WAYS = {
  "deletes and inserts it": "delete from parcels where id = 1; insert into parcels (id, place) values (1, 'here')",
  "truncates the table and inserts it":
    "truncate parcels; insert into parcels (id, place) values (1, 'here'), (2, 'here'), (3, 'here')",
} as const;

for (const [way, replace] of Object.entries(WAYS)) {
  const reason = way.startsWith("deletes") ? "its row was deleted" : "its table was truncated";
  for (const partitioned of [false, true]) {
    describe(`an application that ${way} while its request runs${partitioned ? ", partitioned" : ""}`, () => {
      async function start(params = claimParams("a", { kind: "parcel" })) {
        if (partitioned) {
          await partitionByPlace();
          await query("select batch.attach('parcels', 'parcel')");
          await query("insert into parcels values (1, 'here'), (2, 'here'), (3, 'here')");
        }
        const running = await claim(worker, params);
        assert.ok(running);
        return running;
      }

      test("gets the new row run once, after that attempt and with counts of its own", async () => {
        const running = await start();
        await query(replace);
        assert.deepEqual(await finishAll(), [2, 3]);
        assert.equal(await failed(running), "DEAD");
        await poll();
        assert.deepEqual(await finishAll(), [1]);
        assert.deepEqual(await attempts(1), [
          notRetried(reason),
          { attempt: 2, status: "SUCCESS", reason: null, error: null },
        ]);
        await query("select batch.attach('parcels', 'parcel')");
        await poll();
        assert.deepEqual(await queued(), []);
      });

      test("makes the end of that attempt wait until it has committed", async () => {
        const running = await start();
        await database.blockedBy(replace, () => succeed(worker, running));
        await poll();
        assert.deepEqual(await finishAll().then((ids) => ids.sort()), [1, 2, 3]);
      });

      test("waits for that attempt if it is just ending", async () => {
        await start();
        await database.blockedBy(END_FIRST, () => query(replace));
        await poll();
        assert.deepEqual(await finishAll().then((ids) => ids.sort()), [1, 2, 3]);
      });

      test("may do so again and again, roll back, or delete the row", async () => {
        const running = await start();
        await query(`${replace}; begin; delete from parcels where id = 1; rollback`);
        await query(`${replace}; begin; ${replace}; rollback`);
        await succeed(worker, running);
        await poll();
        const again = await claimed("b");
        assert.equal(again.requestId, "2");
        await query(`${replace}; delete from parcels where id = 2`);
        await succeed(worker, again);
        await poll();
        assert.ok(!(await queued()).includes(2));
      });

      test("gets it run once the kind is attached again, if the attempt ends while it is detached", async () => {
        const running = await start();
        await query(`${replace}; select batch.detach('parcel')`);
        await succeed(worker, running);
        assert.deepEqual(await queued(), []);
        await query("select batch.attach('parcels', 'parcel')");
        assert.deepEqual(await queued(), [1, 2, 3]);
      });

      test("gets the new row run once, also if the answer to the previous row's claim was lost and the claim is repeated", async () => {
        const params = claimParams("a", { kind: "parcel" });
        await start(params);
        await query(replace);
        const next = await claim(worker, params);
        assert.equal(next?.requestId, "2");
        assert.deepEqual(await attempts(1), [{ attempt: 1, status: "DEAD", reason: "canceled", error: reason }]);
        await succeed(worker, next);
        await poll();
        assert.deepEqual(await finishAll(), [3, 1]);
      });

      test("may cancel the new row once that attempt has ended", async () => {
        const running = await start();
        await query(replace);
        await failed(running);
        await query("select batch.cancel('parcel', 1)");
        await poll();
        assert.deepEqual(await queued(), [2, 3]);
      });

      test("may cancel what runs: the new row still runs", async () => {
        const running = await start();
        await query(`${replace}; select batch.cancel('parcel', 1)`);
        await failed(running);
        await poll();
        assert.deepEqual(await queued(), [1, 2, 3]);
      });
    });
  }
}

test("a row runs whose previous attempt ends after the row could not be enqueued, and before it is marked", async () => {
  const running = await claimed("a");
  await query("delete from parcels where id = 1");
  const refuse = "perform batch.refuse_old_snapshot(";
  await haltBefore("enqueue", refuse, "insert into parcels (id) values (1)", () => succeed(worker, running));
  await poll();
  assert.deepEqual(await queued(), [1, 2, 3]);
});

test("many rows are copied again while several of their requests run", async () => {
  await query("insert into parcels (id) select generate_series(4, 5000)");
  const running = [await claimed("a"), await claimed("b"), await claimed("c")];
  await query("begin; truncate parcels; insert into parcels (id) select generate_series(1, 5000); commit");
  for (const attempt of running) await succeed(worker, attempt);
  await poll();
  assert.equal((await queued()).length, 5000);
});

test("a row that was deleted, and inserted while its kind was detached, runs once it is attached again", async () => {
  const running = await claimed("a");
  await query("delete from parcels where id = 1; select batch.detach('parcel'); insert into parcels (id) values (1)");
  await query("select batch.attach('parcels', 'parcel')");
  await succeed(worker, running);
  await poll();
  assert.deepEqual(await queued(), [1, 2, 3]);
});

describe("a row of a partitioned table, while its request runs,", () => {
  beforeEach(async () => {
    await partitionByPlace();
    await query("create table parcels_there partition of parcels for values in ('there')");
    await query("select batch.attach('parcels', 'parcel'); insert into parcels values (1, 'here')");
  });

  test("may move to another partition: an operator's cancellation stays", async () => {
    const running = await claimed("a");
    await query("select batch.cancel('parcel', 1, 'not this one'); update parcels set place = 'there'");
    await failed(running);
    await poll();
    assert.deepEqual(await queued(), []);
    assert.partialDeepStrictEqual(await attempts(1), [{ error: "no; not retried: not this one" }]);
  });

  test("is the only one with its key, also before a poll enqueues it", async () => {
    const running = await claimed("a");
    await query("delete from parcels; insert into parcels values (1, 'here')");
    const second = "insert into parcels values (1, 'there')";
    await assert.rejects(query(second), { code: "23505" });
    await succeed(worker, running);
    await assert.rejects(query(second), { code: "23505" });
    await poll();
    assert.deepEqual(await finishAll(), [1]);
  });

  test("runs once if it is inserted into another partition while a transaction deletes it", async () => {
    const running = await claimed("a");
    await query("delete from parcels; insert into parcels values (1, 'here')");
    await succeed(worker, running);
    const insert = () => query("insert into parcels values (1, 'there')");
    await database.blockedBy("delete from parcels where id = 1", insert);
    assert.deepEqual(await finishAll(), [1]);
    await query("select batch.attach('parcels', 'parcel')");
    await poll();
    assert.deepEqual(await queued(), []);
  });

  test("runs although its partition is detached and attached again between two polls", async () => {
    const running = await claimed("a");
    await query("delete from parcels; insert into parcels values (1, 'here')");
    await succeed(worker, running);
    const other = await database.begin("alter table parcels detach partition parcels_here");
    await poll();
    await other.query("commit; alter table parcels attach partition parcels_here for values in ('here')");
    await poll();
    assert.deepEqual(await finishAll(), [1]);
  });

  test("may move to another partition: it runs once, if the table was truncated, and the row inserted, while it was claimed", async () => {
    const replace = "truncate parcels; insert into parcels values (1, 'here'); commit";
    const running = await database.blockedBy("lock table parcels", () => claimed("a"), replace);
    await query("update parcels set place = 'there'");
    await succeed(worker, running);
    await poll();
    assert.deepEqual(await queued(), []);
  });
});
