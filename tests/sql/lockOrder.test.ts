import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claim, claimParams, fail, overClient } from "../support/queue.ts";
import { own } from "./interleaving.ts";
import { attempts, claimed, claimNext, database, failed, poll, query, queued, worker } from "./parcels.ts";

/** What one session does while it has the table locked, and another meanwhile: neither may fail, and neither wait for the other forever. */
const PAIRS: readonly { readonly lock: string; readonly next: string; readonly meanwhile: string }[] = [
  { lock: "access exclusive", next: "truncate parcels", meanwhile: "select batch.demand('parcel', 1, 10)" },
  { lock: "access exclusive", next: "truncate parcels", meanwhile: "select batch.purge('parcel', '0')" },
  { lock: "access exclusive", next: "truncate parcels", meanwhile: "select batch.retry('parcel', 1)" },
  {
    lock: "share row exclusive",
    next: "select batch.attach('parcels', 'parcel')",
    meanwhile: "select batch.purge('parcel', '0')",
  },
  {
    lock: "access exclusive",
    next: "select batch.detach('parcel')",
    meanwhile: "select batch.demand('parcel', 1, 10)",
  },
  { lock: "access exclusive", next: "select batch.detach('parcel')", meanwhile: "select batch.purge('parcel', '0')" },
  { lock: "access exclusive", next: "select batch.detach('parcel')", meanwhile: "select batch.cancel('parcel', 2)" },
];

describe("two sessions that lock a table and its kind do not deadlock", { timeout: 60_000 }, () => {
  for (const { lock, next, meanwhile } of PAIRS) {
    test(`${next}, meanwhile ${meanwhile}`, async () => {
      await failed(await claimed("a"), true);
      await query("update batch.kind set unqueued_above = -9223372036854775808 where kind = 'parcel'");
      const [first, second] = [await database.begin(`lock table parcels in ${lock} mode`), await database.open()];
      const waiting = second.query(meanwhile).then(
        () => undefined,
        (error: Error) => error.message,
      );
      await Promise.race([waiting, database.untilBlocked()]);
      await first.query(next);
      await first.query("commit");
      // After the TRUNCATE there is no row to run again.
      assert.match((await waiting) ?? "", meanwhile.includes("retry") ? /must have a row in its table/ : /^$/);
      await Promise.all([first.end(), second.end()]);
    });
  }
});

describe("a table that is attached again", { timeout: 60_000 }, () => {
  const attach = "select batch.attach('parcels', 'parcel')";

  test("to be repaired, while a transaction that has written to it changes it: neither fails", async () => {
    await query("delete from batch.queue where kind = 'parcel' and request_id = 3");
    const change = "alter table parcels add column weight integer; commit";
    await database.blockedBy("insert into parcels (id) values (5)", () => query(attach), change);
    assert.deepEqual(await queued(), [1, 2, 3, 5]);
  });

  test("while another transaction drops one of its triggers has all of them", async () => {
    await database.blockedBy('drop trigger "batch_parcel$delete" on parcels', () => query(attach));
    await query("delete from parcels where id = 2");
    assert.deepEqual(await queued(), [1, 3]);
  });

  test("under two kinds in one transaction, while one of them is purged: neither fails", async () => {
    await query("select batch.attach('parcels', 'label')");
    try {
      const purge = () => query("select batch.purge('parcel', '0')");
      const purged = await database.blockedBy(attach, purge, "select batch.attach('parcels', 'label'); commit");
      assert.deepEqual(purged, [{ purge: "0" }]);
    } finally {
      await query("drop table parcels; select batch.detach('label'); delete from batch.kind where kind = 'label'");
    }
  });
});

test("a poll does not wait for the end of an attempt whose Job last failed a week ago, which waits for the poll", async () => {
  const attempt = await claimed("a");
  await query(
    "insert into batch.job (kind, job_name, failures, finished, updated_at) values ('parcel', 'a', 1, 0, now() - interval '8 days')",
  );
  // As batch.reset_bounds() does, early in a poll.
  const begin = "update batch.scaling set bounds_reset_at = now(); set local lock_timeout = '300ms'";
  const interrupt = () => fail(worker, attempt, { reason: "interrupted", message: "no", final: false });
  assert.equal(await database.blockedBy(begin, interrupt, "select batch.demand('parcel', 1, 10); commit"), "FAILED");
});

for (const change of ["truncate parcels", "select batch.detach('parcel')"]) {
  test(`a poll does not wait for a claim of a limited kind, which waits for its table: ${change} cannot deadlock with them`, {
    timeout: 60_000,
  }, async () => {
    await failed(await claimed("a"));
    await query(`update batch.queue set reserved_until = now() where request_id = 1; update batch.scaling set running_limit = 10;
      alter table parcels disable trigger "batch_parcel$key"`);
    const changing = await database.begin("lock table parcels in access exclusive mode");
    const [pod, keda] = [await database.open(), await database.open()];
    const claiming = claim(overClient(pod), claimParams("b", { kind: "parcel" }));
    await database.untilBlocked();
    await keda.query("set lock_timeout = '5s'; select batch.demand('parcel', 1, 10)");
    await changing.query(`${change}; commit`);
    await claiming;
    await Promise.all([changing.end(), pod.end(), keda.end()]);
  });
}

test("a poll locks the table before anything that a transaction with the table locked may wait for", {
  timeout: 60_000,
}, async () => {
  await query(`update batch.kind set sweep_pending = true;
    update batch.scaling set bounds_reset_at = now() - interval '1 hour'`);
  await database.blockedBy(
    "lock table parcels in access exclusive mode; set local lock_timeout = '5s'",
    () => query("select batch.demand('parcel', 1, 10)"),
    `update batch.queue set kind = 'box' where kind = 'parcel'; select batch.detach('parcel');
     delete from batch.scaling where kind = 'parcel'; commit`,
  );
  await query("delete from batch.queue where kind = 'box'");
});

describe("batch.detach", { timeout: 60_000 }, () => {
  const LOCK = "lock table parcels in access exclusive mode";
  const DETACH = "select batch.detach('parcel'); commit";

  test("and a claim at the same moment do not wait for each other; attached again, the request runs", async () => {
    assert.equal(await database.blockedBy(LOCK, () => claimNext("a"), DETACH), undefined);
    assert.deepEqual(await attempts(1), []);
    assert.equal(await claimNext("b"), undefined);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2, 3]);
    assert.equal((await claimed("c")).attempt, 1);
  });

  test("does not wait for a program's own transaction, which may itself wait for the table", async () => {
    const program = await own(await claimed("a"));
    await database.blockedBy(LOCK, () => program.query("update parcels set place = 'y' where id = 2"), DETACH);
    await program.query("commit");
    assert.equal(await poll(), 0);
  });
});
