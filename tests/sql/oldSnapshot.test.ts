import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Claim, defer, succeed } from "../support/queue.ts";
import { attempts, claimed, claimNext, database, failed, notRetried, poll, query, queued, worker } from "./parcels.ts";

const LEVELS = ["repeatable read", "serializable"] as const;
const REMOVALS = ["delete from parcels where id = 1", "truncate parcels"] as const;
const INSERT = "insert into parcels (id) values (1); commit";

/** Begins a transaction whose snapshot shows what there is now. */
const takeSnapshot = (level: string) => database.begin("select count(*) from pg_class", level);

/** Request 1 runs, and nothing else waits. */
async function runFirst(): Promise<Claim> {
  await query("delete from parcels where id > 1");
  return await claimed("a");
}

/** The row that was inserted again runs, its attempts counted on, and counts as finished afterwards. */
async function assertRunsOnce(): Promise<void> {
  const again = await claimed("b");
  assert.deepEqual([again.requestId, again.attempt], ["1", 2]);
  await succeed(worker, again);
  await query("select batch.attach('parcels', 'parcel')");
  assert.deepEqual(await queued(), []);
  assert.deepEqual(await query("select from batch.rejected"), []);
}

for (const level of LEVELS) {
  test(`at ${level}, a row for a table that has been replaced by a copy since the snapshot is refused: the transaction may be repeated`, async () => {
    const application = await takeSnapshot(level);
    await query(`begin; select batch.detach('parcel'); alter table parcels rename to parcels_old; drop table parcels_old;
      create table parcels (id bigint primary key, place text, seconds integer); update batch.kind set requests = 'parcels' where kind = 'parcel';
      select batch.attach('parcels', 'parcel'); commit`);
    await assert.rejects(application.query(INSERT), { code: "40001" });
    await application.query("rollback; insert into parcels values (1, 'x')");
    assert.deepEqual(await queued(), [1]);
    // Where a repetition would not help, it is told why.
    await query(
      "alter table parcels drop constraint parcels_pkey cascade; alter table parcels add primary key (id, place)",
    );
    await assert.rejects((await takeSnapshot(level)).query("delete from parcels"), { code: "55000" });
  });

  describe(`at ${level}, a row inserted again with a snapshot taken before`, () => {
    test("the end of its running request: it is a new request", async () => {
      const running = await runFirst();
      await query("delete from parcels where id = 1");
      const application = await takeSnapshot(level);
      await succeed(worker, running);
      await application.query(INSERT);
      await assertRunsOnce();
    });

    for (const removal of REMOVALS) {
      for (const next of ["claim", "poll"] as const) {
        test(`the first insert, and "${removal}" after its success: it is a new request, also for a ${next}`, async () => {
          await query("delete from parcels");
          const application = await takeSnapshot(level);
          await query("insert into parcels (id) values (1)");
          await succeed(worker, await claimed("a"));
          await query(removal);
          await application.query(INSERT);
          if (next === "poll") {
            await query("update batch.kind set sweep_pending = true where kind = 'parcel'");
            await poll();
          }
          await assertRunsOnce();
        });
      }

      test(`"${removal}": refused, and a new request when it is repeated`, async () => {
        await succeed(worker, await runFirst());
        const application = await takeSnapshot(level);
        await query(removal);
        await assert.rejects(application.query(INSERT), { code: "40001" });
        await application.query(`rollback; begin isolation level ${level}; ${INSERT}`);
        await assertRunsOnce();
      });
    }
  });
}

for (const level of LEVELS) {
  test(`at ${level}, a truncate that does not see a row ends its deferred request by the next poll: a row with its key starts again as new`, async () => {
    await query("truncate parcels");
    const application = await takeSnapshot(level);
    await query("insert into parcels (id) values (1), (2)");
    await defer(worker, await claimed("a"), { afterSeconds: 3_600, message: "later" });
    await application.query("truncate parcels; commit");
    await query("insert into parcels (id) values (2)");
    await poll();
    assert.deepEqual(await queued(), [2]);
    const error = "later; not retried: its row no longer exists";
    assert.partialDeepStrictEqual(await attempts(1), [{ status: "DEAD", error }]);
    await query("insert into parcels (id) values (1)");
    assert.deepEqual([(await claimed("b")).requestId, (await claimed("c")).requestId], ["2", "1"]);
  });

  test(`at ${level}, a truncate that does not see rows ends their requests by the next poll, and their keys may be inserted again`, async () => {
    await query("truncate parcels");
    const application = await takeSnapshot(level);
    await query("insert into parcels (id) values (1), (2), (3)");
    const [running, reserved] = [await claimed("a"), await claimed("b")];
    await failed(reserved);
    await application.query("truncate parcels; commit");
    assert.equal(await poll(), 1);
    assert.deepEqual(await queued(), [1]);
    assert.equal(await failed(running), "DEAD");
    for (const id of [1, 2]) assert.deepEqual(await attempts(id), [notRetried("its row no longer exists")]);
    assert.deepEqual(await attempts(3), []);
    await query("insert into parcels (id) values (1), (2), (3)");
    assert.deepEqual(await queued(), [1, 2, 3]);
  });
}

test("a request inserted manually into the queue, whose row was deleted, does not run", async () => {
  await succeed(worker, await runFirst());
  await query("delete from parcels; insert into batch.queue (kind, request_id) values ('parcel', 1)");
  assert.equal(await claimNext("b"), undefined);
  assert.equal((await attempts(1)).length, 1);
  await query("insert into parcels (id) values (1)");
  assert.equal((await claimed("c")).attempt, 2);
});
