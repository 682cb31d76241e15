import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claim, claimParams, fail, overClient } from "../support/queue.ts";
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
      const [first, second] = [await database.open(), await database.open()];
      await first.query(`begin; lock table parcels in ${lock} mode`);
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
    const application = await database.open();
    await application.query("begin; insert into parcels (id) values (5)");
    const attached = query(attach).then(
      () => undefined,
      (error: Error) => error.message,
    );
    await database.untilBlocked();
    await application.query("alter table parcels add column weight integer; commit");
    await application.end();
    assert.equal(await attached, undefined);
    assert.deepEqual(await queued(), [1, 2, 3, 5]);
  });

  test("while another transaction drops one of its triggers has all of them", async () => {
    const other = await database.open();
    await other.query(`begin; drop trigger "batch_parcel$delete" on parcels`);
    const attached = query(attach);
    await database.untilBlocked();
    await other.query("commit");
    await other.end();
    await attached;
    await query("delete from parcels where id = 2");
    assert.deepEqual(await queued(), [1, 3]);
  });

  test("under two kinds in one transaction, while one of them is purged: neither fails", async () => {
    await query("select batch.attach('parcels', 'label')");
    try {
      const other = await database.open();
      await other.query(`begin; ${attach}`);
      const purged = query("select batch.purge('parcel', '0')").catch((error: Error) => error.message);
      await database.untilBlocked();
      await other.query("select batch.attach('parcels', 'label'); commit");
      await other.end();
      assert.deepEqual(await purged, [{ purge: "0" }]);
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
  const keda = await database.open();
  // As batch.reset_bounds() does, early in a poll.
  await keda.query("begin; update batch.scaling set bounds_reset_at = now(); set local lock_timeout = '300ms'");
  const ended = fail(worker, attempt, { reason: "interrupted", message: "no", final: false });
  await database.untilBlocked();
  await keda.query("select batch.demand('parcel', 1, 10)");
  await keda.query("commit");
  assert.equal(await ended, "FAILED");
  await keda.end();
});

for (const change of ["truncate parcels", "select batch.detach('parcel')"]) {
  test(`a poll does not wait for a claim of a limited kind, which waits for its table: ${change} cannot deadlock with them`, {
    timeout: 60_000,
  }, async () => {
    await failed(await claimed("a"));
    await query(`update batch.queue set reserved_until = now() where request_id = 1; update batch.scaling set running_limit = 10;
      alter table parcels disable trigger "batch_parcel$key"`);
    const [changing, pod, keda] = [await database.open(), await database.open(), await database.open()];
    await changing.query("begin; lock table parcels in access exclusive mode");
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
  const [changing, keda] = [await database.open(), await database.open()];
  await changing.query("begin; lock table parcels in access exclusive mode; set local lock_timeout = '5s'");
  const polled = keda.query("select batch.demand('parcel', 1, 10)");
  await database.untilBlocked();
  await changing.query(`update batch.queue set kind = 'box' where kind = 'parcel'; select batch.detach('parcel');
    delete from batch.scaling where kind = 'parcel'; commit`);
  await polled;
  await Promise.all([changing.end(), keda.end()]);
  await query("delete from batch.queue where kind = 'box'");
});

describe("batch.detach", { timeout: 60_000 }, () => {
  test("and a claim at the same moment do not wait for each other; attached again, the request runs", async () => {
    const detaching = await database.open();
    await detaching.query("begin; lock table parcels in access exclusive mode");
    const pod = await database.open({ user: "batch_worker" });
    const claiming = claim(overClient(pod), claimParams("a", { kind: "parcel" }));
    await database.untilBlocked();
    await detaching.query("select batch.detach('parcel'); commit");
    assert.equal(await claiming, undefined);
    await Promise.all([detaching.end(), pod.end()]);
    assert.deepEqual(await attempts(1), []);
    assert.equal(await claimNext("b"), undefined);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2, 3]);
    assert.equal((await claimed("c")).attempt, 1);
  });

  test("does not wait for a program's own transaction, which may itself wait for the table", async () => {
    const { token } = await claimed("a");
    const program = await database.open();
    await program.query("begin");
    await program.query("select batch.own($1)", [token]);
    const detaching = await database.open();
    await detaching.query("begin; lock table parcels in access exclusive mode");
    const writing = program.query("update parcels set place = 'y' where id = 2");
    await database.untilBlocked();
    await detaching.query("select batch.detach('parcel'); commit");
    await writing;
    await program.query("commit");
    await Promise.all([program.end(), detaching.end()]);
    assert.equal(await poll(), 0);
  });
});
