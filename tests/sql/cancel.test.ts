import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, ERROR, fail, poll, succeed } from "../support/queue.ts";
import { type Setup, STATES, type StateName } from "../support/states.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect();
const scaler = database.connect();
const cancel = () => query<{ job: string | null }>("select batch.cancel('clap', 1, 'not needed') as job");
const latest = () =>
  query(
    "select status, reason, error from batch.attempt where kind = 'clap' and request_id = 1 order by attempt desc limit 1",
  );

/** What batch.cancel makes of a request in each state: the status it has then, or why it is refused. */
const EXPECTED: Record<StateName, string | RegExp> = {
  waiting: "DEAD",
  running: "RUNNING",
  "running, its worker dead": "RUNNING",
  reserved: "DEAD",
  interrupted: "DEAD",
  deferred: "DEAD",
  "failed and not queued": /must be unfinished to be canceled; got FAILED/,
  DEAD: /must be unfinished to be canceled; got DEAD/,
  SUCCESS: /got SUCCESS/,
  retried: "DEAD",
  "re-inserted": "DEAD",
  canceled: /got DEAD/,
  "running and canceled": "RUNNING",
  "never inserted": /got no such request/,
};

describe("batch.cancel", () => {
  beforeEach(() => database.reset());

  for (const [name, expected] of Object.entries(EXPECTED) as [StateName, string | RegExp][]) {
    test(`of a request that is ${name}`, async () => {
      const attempt = await (STATES[name] as Setup)(database, worker);
      if (expected instanceof RegExp) {
        await assert.rejects(cancel(), { message: expected });
        return;
      }
      const [{ job } = { job: null }] = await cancel();
      assert.equal(job !== null, expected === "RUNNING");
      assert.partialDeepStrictEqual(await latest(), [{ status: expected }]);
      if (attempt && name !== "running, its worker dead") {
        assert.equal(await fail(worker, attempt, ERROR), "DEAD");
        assert.partialDeepStrictEqual(await latest(), [{ status: "DEAD", error: "no; not retried: not needed" }]);
        assert.deepEqual(await database.queued(), []);
      }
      if (!attempt) {
        assert.equal(await poll(scaler), 0);
        assert.equal(await claim(worker, claimParams("later")), undefined);
        await query("select batch.attach('make_it_clap', 'clap')");
        assert.equal(await claim(worker, claimParams("later")), undefined, "attached again, it is not enqueued");
        await query("select batch.retry('clap', 1)");
        const again = await claim(worker, claimParams("again"));
        assert.equal(again?.requestId, "1", "it can be run after all");
      }
    });
  }

  test("a running request that succeeds anyway is a SUCCESS", async () => {
    const attempt = await STATES.running(database, worker);
    await cancel();
    if (attempt) await succeed(worker, attempt);
    assert.partialDeepStrictEqual(await latest(), [{ status: "SUCCESS" }]);
    assert.deepEqual(await database.queued(), []);
  });

  test("works without a reason, and the request stays canceled when its kind is detached and attached again", async () => {
    const attempt = await STATES.running(database, worker);
    await query("select batch.cancel('clap', 1, null), batch.detach('clap')");
    await query("select batch.attach('make_it_clap', 'clap')");
    assert.ok(attempt);
    assert.equal(await fail(worker, attempt, ERROR), "DEAD");
    assert.partialDeepStrictEqual(await latest(), [{ status: "DEAD", error: "no; not retried: canceled" }]);
  });

  for (const reason of ["its kind was detached", "its table was replaced by another"]) {
    test(`is refused with the reason "${reason}", by which the queue would run the request again`, async () => {
      await STATES.running(database, worker);
      await assert.rejects(query("select batch.cancel('clap', 1, $1)", [reason]), /the reason must be another one/);
      assert.deepEqual(await query("select canceled from batch.queue"), [{ canceled: null }]);
    });
  }

  for (const name of ["interrupted", "deferred"] as const) {
    test(`a request that was ${name} long ago ends now: batch.purge keeps it, and its attempt stays as it was`, async () => {
      await STATES[name](database, worker);
      await query("update batch.history set ended_at = now() - interval '91 days'");
      await cancel();
      assert.deepEqual(await query("select batch.purge('clap', interval '90 days')"), [{ purge: "0" }]);
      const ends = "select status, reason, error from batch.history where";
      const canceled = { status: "DEAD", reason: "canceled", error: "not needed" };
      assert.deepEqual(await query(`${ends} ended_at > now() - interval '1 hour'`), [canceled]);
      assert.partialDeepStrictEqual(await query(`${ends} attempt = 1`), [{ status: "FAILED", reason: name }]);
    });
  }

  test("a request stays canceled whose key had failed before its table was truncated", async () => {
    await STATES["failed and not queued"](database, worker);
    await query("truncate make_it_clap; insert into make_it_clap (id, duration_seconds) values (1, 1)");
    await cancel();
    await query("select batch.attach('make_it_clap', 'clap')");
    assert.deepEqual(await database.queued(), []);
  });

  test("a request stays canceled that was inserted and canceled by the transaction that truncated its table", async () => {
    await query(`begin; truncate make_it_clap; insert into make_it_clap (id, duration_seconds) values (1, 1), (2, 1);
      select batch.cancel('clap', 1); commit; select batch.attach('make_it_clap', 'clap')`);
    assert.deepEqual(await database.queued(), [2]);
  });

  test("a request that is being claimed at the same moment is running or has ended, and is never lost", async () => {
    await (STATES.waiting as Setup)(database, worker);
    const canceled = await database.blockedBy("select from batch.queue where request_id = 1 for update", cancel);
    assert.deepEqual(canceled, [{ job: null }]);
  });
});
