import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, defer, ERROR, fail, poll, renew, startAttempt, take } from "../support/queue.ts";

const database = await createTestDatabase();
const worker = database.connect();
const scaler = database.connect();
const { query } = database;

/** Moves every stored time an hour ahead, which is what a clock that is set back by an hour does to them. */
async function setClockBack(): Promise<void> {
  for (const table of ["queue", "scaling"]) {
    const columns = await query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns
       where table_schema = 'batch' and table_name = $1 and data_type like 'timestamp%'`,
      [table],
    );
    await query(`update batch.${table} set ${columns.map(({ name }) => `${name} = ${name} + interval '1 hour'`)}`);
  }
  await query(
    "update batch.scaling set expected_since = array(select s + interval '1 hour' from unnest(expected_since) s)",
  );
}

/** How far ahead the times of requests lie, in whole seconds, rounded to 10. */
const getTimes = () =>
  query(`
    select request_id::int as id,
           10 * round(extract(epoch from started_at - now()) / 10)::int as started,
           10 * round(extract(epoch from deadline_at - now()) / 10)::int as deadline,
           10 * round(extract(epoch from reserved_until - now()) / 10)::int as reserved,
           10 * round(extract(epoch from available_at - now()) / 10)::int as available,
           10 * round(extract(epoch from lease_until - now()) / 10)::int as lease,
           10 * round(extract(epoch from stopping_until - now()) / 10)::int as stopping
    from batch.queue where request_id <= 5 order by 1`);

describe("a server's clock that is set back by an hour", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (id, duration_seconds) select n, 1 from generate_series(1, 6) n");
  });

  test("prolongs no reservation, deferral, timeout, lease or grace period", async () => {
    await fail(worker, await take(worker, "a"), ERROR);
    await defer(worker, await take(worker, "b"), { afterSeconds: 600, message: "later" });
    await take(worker, "c", { timeoutSeconds: 900 });
    await take(worker, "d", { leaseSeconds: 60 });
    const stopping = await take(worker, "e");
    await query("select batch.announce_stop('clap', 'e', 5, 1, $1, 30)", [stopping.session]);
    await poll(scaler);
    const before = await getTimes();
    await setClockBack();
    await poll(scaler);
    assert.deepEqual(await getTimes(), before);
    await poll(scaler);
    assert.deepEqual(await getTimes(), before, "once");
  });

  test("does not move the times of attempts that have started since, nor a lease that was renewed", async () => {
    const renewed = await take(worker, "a", { leaseSeconds: 60 });
    await query("update batch.queue set started_at = started_at - interval '3 hours' where request_id = 1");
    await poll(scaler);
    await setClockBack();
    await renew(worker, renewed, { leaseSeconds: 60 });
    await take(worker, "b", { timeoutSeconds: 7_200 });
    const before = await getTimes();
    await poll(scaler);
    assert.deepEqual(await getTimes(), before);
  });

  test("delays no replacement of a dead worker", async () => {
    const { connection } = await startAttempt(database, claimParams("a"));
    await connection.close();
    assert.equal(await poll(scaler), 7, "suspected, so that one more Job is created");
    await setClockBack();
    await poll(scaler);
    await query("update batch.queue set suspected_at = suspected_at - interval '2 minutes'");
    await poll(scaler);
    assert.deepEqual(await query("select status, reason from batch.history"), [
      { status: "FAILED", reason: "crashed" },
    ]);
  });

  test("does not make the server look as if it had just started", async () => {
    const text = readFileSync(new URL("../../sql/functions/session_is_dead.sql", import.meta.url), "utf8");
    const dead: unknown[] = [];
    for (const ago of ["-1 hour", "-1 second", "1 second", "10 seconds"]) {
      await query(text.replaceAll("pg_postmaster_start_time()", `(now() - interval '${ago}')`));
      dead.push((await query<{ dead: boolean }>("select batch.session_is_dead(2000000000, null) as dead"))[0]?.dead);
    }
    await query(text);
    assert.deepEqual(dead, [true, false, false, true]);
  });

  test("after it had jumped ahead delays neither the replacement of a worker that was seen dead meanwhile nor an expired reservation", async () => {
    const { connection } = await startAttempt(database, claimParams("a"));
    await fail(worker, await take(worker, "b"), ERROR);
    await connection.close();
    await poll(scaler);
    await query(`update batch.queue set suspected_at = suspected_at + interval '1 hour', reserved_until = reserved_until + interval '1 hour';
      update batch.scaling set polled_at = polled_at + interval '1 hour'`);
    await poll(scaler);
    const late = "greatest(suspected_at, reserved_until) > now() + interval '1 minute'";
    assert.deepEqual(await query(`select from batch.queue where ${late}`), []);
  });

  test("after it had jumped ahead prolongs no deferral of an attempt that had started before", async () => {
    await defer(worker, await take(worker, "a"), { afterSeconds: 60, message: "later" });
    await poll(scaler);
    const before = await getTimes();
    await query(`update batch.queue set available_at = available_at + interval '1 hour' where request_id = 1;
      update batch.history set ended_at = ended_at + interval '1 hour'; update batch.scaling set polled_at = polled_at + interval '1 hour'`);
    await poll(scaler);
    assert.deepEqual(await getTimes(), before);
  });

  test("after it had been thousands of years ahead stops no poll", async () => {
    await take(worker, "a", { timeoutSeconds: 900 });
    await take(worker, "b", { leaseSeconds: 60 });
    await fail(worker, await take(worker, "c"), ERROR);
    await poll(scaler);
    const getKept = async () => (await getTimes()).map(({ deadline, reserved }) => [deadline, reserved]);
    const before = await getKept();
    await query(`update batch.queue set started_at = started_at - interval '5 minutes', suspected_at = '9999-01-01' where request_id <= 2;
      update batch.scaling set polled_at = '9999-01-01', limited_until = now()`);
    await poll(scaler);
    assert.deepEqual(await getKept(), before);
  });

  test("prolongs no reservation of a kind that has been paused for longer than that", async () => {
    await poll(scaler);
    await query("update batch.scaling set polled_at = polled_at - interval '2 hours'; select batch.pause('clap')");
    await poll(scaler);
    await query("select batch.resume('clap')");
    const attempt = await take(worker, "a");
    await query("select batch.pause('clap')");
    await fail(worker, attempt, ERROR);
    await poll(scaler);
    const before = await getTimes();
    await setClockBack();
    await poll(scaler);
    assert.deepEqual(await getTimes(), before);
    await query("select batch.resume('clap')");
  });

  test("moves the times of a kind that has a problem once, too", async () => {
    await take(worker, "a", { timeoutSeconds: 900 });
    await poll(scaler);
    await query("alter table make_it_clap disable trigger batch_clap");
    const before = await getTimes();
    await setClockBack();
    for (let n = 0; n < 3; n++) assert.equal(await poll(scaler), 0);
    assert.deepEqual(await getTimes(), before);
    await query("alter table make_it_clap enable trigger batch_clap");
  });
});
