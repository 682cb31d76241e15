import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, claimWithReclaim, fail, poll, succeed, take } from "../support/queue.ts";
import { workOff } from "../support/workOff.ts";

const database = await createTestDatabase();
const { query } = database;
const scaler = database.connect();
const worker = database.connect();

const workOffAll = () => workOff(database.client, scaler, worker);

/** Rows of batch.queue as an operator might type them; request 1 has succeeded, 2 is DEAD, 3 has FAILED, 4 was never tried, 99 has no row. */
const rows: Record<string, string> = {
  "a finished request": "(kind, request_id) values ('clap', 1)",
  "a DEAD request": "(kind, request_id) values ('clap', 2)",
  "a request without a row": "(kind, request_id) values ('clap', 99)",
  "a finished request that seems to run": `(kind, request_id, attempt, job_name, session_id, claimed_xid)
    values ('clap', 1, 1, 'j', 4711, pg_current_xact_id())`,
  "a running one without limits or times": `(kind, request_id, attempt, job_name, session_id, claimed_xid)
    values ('clap', 99, 1, 'j', 4711, pg_current_xact_id())`,
  "a running one without a number":
    "(kind, request_id, attempt, job_name, session_id) values ('clap', 99, 1, 'j', 4711)",
  "a running one without attempts": "(kind, request_id, job_name, session_id) values ('clap', 99, 'j', 4711)",
  "a running one with negative attempts":
    "(kind, request_id, attempt, job_name, session_id) values ('clap', 99, -5, 'j', 4711)",
  "a running one past its deadline with endless times": `(kind, request_id, attempt, job_name, session_id, started_at, deadline_at)
    values ('clap', 99, 1, 'j', 4711, '-infinity', '-infinity')`,
  "a running one with a back-off that is no number": `(kind, request_id, attempt, job_name, session_id, backoff_limit, backoff_seconds)
    values ('clap', 99, 1, 'j', 4711, 4, 'NaN')`,
  "a running one with an endless back-off": `(kind, request_id, attempt, job_name, session_id, backoff_limit, crash_limit, backoff_seconds)
    values ('clap', 99, 1, 'j', 4711, 4, 4, 'infinity')`,
  "a reserved one without an end": "(kind, request_id, attempt, job_name) values ('clap', 99, 1, 'j')",
  "negative attempts": "(kind, request_id, attempt) values ('clap', 99, -2147483648)",
  "as many attempts as a number holds": "(kind, request_id, attempt) values ('clap', 99, 2147483647)",
  "as many errors as a number holds": `(kind, request_id, errors, crashes, interruptions, deferrals)
    values ('clap', 99, 2147483647, 2147483647, 2147483647, 2147483647)`,
  "a session without a Job": "(kind, request_id, session_id) values ('clap', 99, 4711)",
  "a canceled one that waits": "(kind, request_id, canceled) values ('clap', 99, 'no longer wanted')",
  "a request of the oldest number": "(kind, request_id, enqueued_xid) values ('clap', 99, '3')",
  "a request of a future number": "(kind, request_id, enqueued_xid) values ('clap', 99, '9223372036854775807')",
  "a deferred one since ever": "(kind, request_id, available_at) values ('clap', 99, '-infinity')",
  "a deferred one with a Job": "(kind, request_id, attempt, job_name, available_at) values ('clap', 99, 1, 'j', now())",
  "one suspected for ever": `(kind, request_id, attempt, job_name, session_id, suspected_at)
    values ('clap', 99, 1, 'j', 4711, '-infinity')`,
  "the lowest key": "(kind, request_id) values ('clap', -9223372036854775808)",
  "a kind that does not exist": "(kind, request_id) values ('page', 1)",
  "a kind that cannot exist": "(kind, request_id) values (E'No\\n such', 1)",
};

async function end(id: number, how: "succeed" | "die" | "fail"): Promise<void> {
  const attempt = await take(worker, `seed-${id}`);
  assert.equal(attempt.requestId, String(id));
  if (how === "succeed") await succeed(worker, attempt);
  else await fail(worker, attempt, { reason: "error", message: "no", final: how === "die" });
}

beforeEach(async () => {
  await database.reset();
  await query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 4)");
  await end(1, "succeed");
  await end(2, "die");
  await end(3, "fail");
});

describe("an impossible row affects only itself, never its kind", () => {
  for (const [what, values] of Object.entries(rows)) {
    test(what, async () => {
      await query("select batch.advance_bounds('clap')");
      await query(`insert into batch.queue ${values}`);
      await query("insert into make_it_clap (id, duration_seconds) values (5, 1)");
      const done = await workOffAll();
      const others = done.filter((id) => id !== "99" && id !== "-9223372036854775808");
      assert.deepEqual(others, ["3", "4", "5"], "every other request is worked on once");
      assert.equal(await poll(scaler), 0);
      const left = await query("select * from batch.queue where kind = 'clap'");
      assert.deepEqual(left, [], "nothing stays that polls would count");
      const successes = "select from clap_attempt where id = 1 and status = 'SUCCESS'";
      assert.equal((await query(successes)).length, 1);
      const [seen] = await query(
        `select exists (select from batch.rejected) or exists (select from batch.history where request_id not in (1, 2, 3, 4, 5))
           or exists (select from batch.queue where kind <> 'clap') as reported`,
      );
      assert.deepEqual(seen, { reported: true });
    });
  }

  test("ten thousand at once are removed by a few polls, and operators see why", async () => {
    await query("insert into batch.queue (kind, request_id) select 'clap', 1000 + n from generate_series(1, 10000) n");
    await query("insert into make_it_clap (id, duration_seconds) values (5, 1)");
    assert.deepEqual(await workOffAll(), ["3", "4", "5"]);
    assert.deepEqual(await query("select from batch.queue"), []);
  });

  test("of a Job: the Job's next pod continues with another request", async () => {
    await query(
      "insert into batch.queue (kind, request_id, attempt, job_name, session_id) values ('clap', 1, 1, 'own', 4711)",
    );
    const claimed = await claimWithReclaim(worker, claimParams("own"));
    assert.equal((claimed as Claim).requestId, "4");
    assert.partialDeepStrictEqual(await query("select request_id, reason from batch.rejected"), [{ request_id: "1" }]);
  });

  test("the reason for rejecting a request without a further attempt says so", async () => {
    await query("insert into batch.queue (kind, request_id, attempt) values ('clap', 99, 2147483647)");
    await workOffAll();
    assert.deepEqual(await query("select reason from batch.rejected"), [
      { reason: "its attempts must be below 2147483647 (they are numbered); got 2147483647" },
    ]);
  });

  test("the reason for rejecting a finished request names the way to run it again, which works for a DEAD one", async () => {
    await query("insert into batch.queue (kind, request_id) values ('clap', 2)");
    await workOffAll();
    const [rejected] = await query<{ reason: string }>("select reason from batch.rejected");
    const reason = /the history has it as DEAD after 1: to run it again, select batch\.retry\('clap', 2\)/;
    assert.match(rejected?.reason ?? "", reason);
    await query("select batch.retry('clap', 2)");
    assert.deepEqual(await workOffAll(), ["2"]);
  });

  test("and it does so for one that succeeded, which batch.retry() refuses", async () => {
    await query("insert into batch.queue (kind, request_id) values ('clap', 1)");
    await assert.rejects(query("select batch.retry('clap', 1)"), { message: /SUCCESS/ });
    await workOffAll();
    const [rejected] = await query<{ reason: string }>("select reason from batch.rejected");
    const reason = /the history has it as SUCCESS after 1: to run it again, delete its row and insert it again$/;
    assert.match(rejected?.reason ?? "", reason);
    await query("delete from make_it_clap where id = 1");
    await query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
    assert.deepEqual(await workOffAll(), ["1"]);
  });
});

describe("a history that was changed manually", () => {
  const changes = {
    "an attempt that is still running": `insert into batch.history (kind, request_id, attempt, created_at, started_at, status)
      select 'clap', request_id, attempt, now(), now(), 'SUCCESS' from batch.queue where session_id is not null`,
    "an empty history": "delete from batch.history",
    "an unknown status": "update batch.history set status = 'odd', reason = null, error = null",
    "attempts of the highest number": "update batch.history set attempt = 2147483647",
    "attempts below zero": "update batch.history set attempt = -1",
    "times without an end":
      "update batch.history set created_at = 'infinity', started_at = '-infinity', ended_at = 'infinity'",
  };
  for (const [what, sql] of Object.entries(changes)) {
    test(`${what}: polls and claims continue`, async () => {
      const dying = database.connect();
      await claim(dying, claimParams("dying"));
      await query(sql);
      await dying.close();
      await query("insert into make_it_clap (id, duration_seconds) values (5, 1)");
      const done = await workOffAll();
      assert.ok(done.includes("5"));
      assert.equal(await poll(scaler), 0);
      assert.deepEqual(await query("select from batch.queue"), []);
    });
  }
});
