import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { statement } from "../../worker/src/queue/statement.ts";
import { until } from "../support/until.ts";
import { addMood, attempts, database, poll, query, queued } from "./parcels.ts";

/** Row 1 is read for a minute. */
const SLOW = `${addMood("if $1 = 'odd' then perform pg_sleep(60); end if;")}; update parcels set m = 'odd' where id = 1`;

/** Claims as a worker does, with shorter timeouts. */
async function claim(pod: pg.Client, job: string): Promise<object[]> {
  const values = ["parcel", job, `${job}-pod`, 4711, [1, 4, 100, 100], 600, null, null, 0, true];
  return (await pod.query(statement("claim").text, values)).rows;
}

const opened: pg.Client[] = [];

/** How much slower than expected this machine claims; all times but that of SLOW are multiplied by it. */
let slowness = 1;

async function openPod(lockMs = 600, statementMs = 800): Promise<pg.Client> {
  const pod = await database.open({ user: "batch_worker" });
  opened.push(pod);
  await pod.query(
    `set lock_timeout = ${Math.ceil(slowness * lockMs)}; set statement_timeout = ${Math.ceil(slowness * statementMs)}`,
  );
  return pod;
}

/** The error of an attempt whose row this pod could not read in time. */
async function timeoutError(pod: pg.Client): Promise<string> {
  const { rows } = await pod.query("show statement_timeout");
  return `its row could not be read within ${rows[0].statement_timeout} (statement_timeout)`;
}

async function lock(table: string): Promise<pg.Client> {
  const locking = await database.begin(`lock table ${table} in access exclusive mode`);
  opened.push(locking);
  return locking;
}

describe("a row that takes too long to read", { timeout: 300_000 }, () => {
  beforeEach(async () => {
    slowness = 1;
    const pod = await openPod(50_000, 60_000);
    await pod.query("begin");
    const began = performance.now();
    await claim(pod, "a");
    slowness = Math.max(1, (performance.now() - began) / 25);
    await pod.query("rollback; select pg_advisory_unlock_all()");
  });
  // Each pod has the same session, which ends with its connection.
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.end()));
    await query("drop table if exists parcels, moods; drop type if exists mood cascade");
  });

  test("gets an error each time, waits for its back-off, and never stops its kind", async () => {
    await query(SLOW);
    const pod = await openPod();
    assert.deepEqual(await claim(pod, "a"), []);
    assert.partialDeepStrictEqual(await claim(pod, "a"), [{ request_id: "2", attempt: 1 }]);
    const error = await timeoutError(pod);
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "FAILED", reason: "error", error }]);
    const [first] = await query(`select attempt, errors, available_at > now() + interval '5 s' as waits
      from batch.queue where request_id = 1`);
    assert.deepEqual(first, { attempt: 1, errors: 1, waits: true });
    await query("update batch.queue set available_at = now() where request_id = 1");
    await poll();
    assert.partialDeepStrictEqual(await claim(pod, "b"), [{ request_id: "3" }]);
    assert.deepEqual(await claim(pod, "c"), []);
    assert.partialDeepStrictEqual(await attempts(1), [
      { attempt: 1, status: "FAILED" },
      { attempt: 2, status: "DEAD", reason: "error", error },
    ]);
    assert.deepEqual(await queued(), [2, 3]);
  });

  for (const [what, table] of [
    ["because its table is locked", "parcels"],
    ["because what it reads is locked", "moods"],
  ] as const) {
    test(`${what} is counted against no limit`, async () => {
      await query(
        `create table moods (); grant select on moods to batch_owner; ${addMood("perform from public.moods;")}`,
      );
      const [pod, locking] = [await openPod(300, 10_000), await lock(table)];
      await assert.rejects(claim(pod, "a"), { code: "55P03" });
      assert.deepEqual(await query("select from batch.history"), []);
      await locking.query("commit");
      assert.partialDeepStrictEqual(await claim(pod, "a"), [{ request_id: "1", attempt: 1 }]);
    });
  }

  test("does not make another request DEAD whose row the server's disk did not return", async () => {
    const lost = "if $1 = 'odd' then raise io_error using message = 'could not read block 1'; end if;";
    await query(`${addMood(`${lost} perform pg_sleep(60);`)}; update parcels set m = 'odd' where id = 1`);
    const pod = await openPod();
    assert.deepEqual(await claim(pod, "a"), []);
    const error = "its row cannot be read: could not read block 1";
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "FAILED", reason: "error", error }]);
    assert.deepEqual(await attempts(2), []);
  });

  test("because other rows or a lock took the time is counted against no limit", async () => {
    const wrong = `if $1 = 'odd' then perform pg_sleep(${0.25 * slowness}); raise 'wrong'; end if;`;
    await query(`create table moods (); grant select on moods to batch_owner;
      ${addMood(`${wrong} perform from public.moods;`)}; update parcels set m = 'odd' where id = 1`);
    const [pod, locking] = [await openPod(1_200, 1_600), await lock("moods")];
    assert.deepEqual(await claim(pod, "a"), []);
    assert.partialDeepStrictEqual(await attempts(1), [{ attempt: 1, status: "DEAD" }]);
    assert.deepEqual(await attempts(2), []);
    await locking.query("commit");
    assert.partialDeepStrictEqual(await claim(pod, "a"), [{ request_id: "2", attempt: 1 }]);
  });

  test("and cannot be read then gets an error each time, and never stops its kind", async () => {
    const wrong = `if $1 = 'odd' then perform pg_sleep(${1.2 * slowness}); raise 'wrong'; end if;`;
    await query(`${addMood(wrong)}; update parcels set m = 'odd' where id = 1`);
    const pod = await openPod(1_200, 2_000);
    assert.deepEqual(await claim(pod, "a"), []);
    assert.partialDeepStrictEqual(await claim(pod, "a"), [{ request_id: "2", attempt: 1 }]);
    const error = await timeoutError(pod);
    assert.deepEqual(await attempts(1), [{ attempt: 1, status: "FAILED", reason: "error", error }]);
  });

  test("and cannot be read is not taken for the kind's fault while the row with the highest key can be read", async () => {
    const wrong = `if $1 = 'odd' then perform pg_sleep(${0.15 * slowness}); raise 'wrong'; end if;`;
    await query(`insert into parcels select generate_series(4, 40); ${addMood(wrong)};
      update parcels set m = 'odd' where id < 40`);
    await query(`begin; set local statement_timeout = ${Math.ceil(2_000 * slowness)}`);
    assert.deepEqual(await query("select batch.reading_problem('parcel') as problem"), [{ problem: null }]);
    await query("commit");
  });

  test("and cannot be worked on is not said to be unreadable if the check of the attachment took the rest of the time", async () => {
    await query(`${addMood(`perform pg_sleep(${0.15 * slowness});`)};
      update parcels set seconds = -1 where id = 1; select batch.attach('parcels', 'parcel', 'seconds')`);
    const [pod, locking] = [await openPod(), await lock("pg_subscription_rel")];
    await assert.rejects(claim(pod, "a"), { code: "57014" });
    await locking.query("commit");
    assert.deepEqual(await query("select from batch.history"), []);
  });

  test("because an operator cancels the claim is counted against no limit", async () => {
    await query(SLOW);
    const pod = await openPod(8_000, 9_000);
    const claiming = assert.rejects(claim(pod, "a"), { code: "57014" });
    await until("the claim is canceled while it reads", async () =>
      (
        await query(
          `select pg_cancel_backend(pid) from pg_stat_activity
           where datname = current_database() and usename = 'batch_worker' and wait_event = 'PgSleep'`,
        )
      ).at(0),
    );
    await claiming;
    assert.deepEqual(await query("select from batch.history"), []);
  });
});
