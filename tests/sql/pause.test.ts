import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import {
  claim,
  claimParams,
  ERROR,
  fail,
  poll,
  startAttempt,
  succeed,
  succeedAndClaim,
  take,
} from "../support/queue.ts";

const database = await createTestDatabase();
const worker = database.connect();
const scaler = database.connect();
const { query } = database;

const claimNext = (job: string) => claim(worker, claimParams(job));

describe("a paused kind", () => {
  beforeEach(async () => {
    await query("select batch.resume('clap')");
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) values (1), (1)");
  });

  test("gets no Job, and no existing Job claims a waiting request, until it is resumed", async () => {
    await query("select batch.pause('clap', 'the warehouse is closed')");
    assert.equal(await claimNext("a"), undefined, "before any poll");
    assert.equal(await poll(scaler), 0);
    assert.equal(await claimNext("a"), undefined);
    const problem = "paused: the warehouse is closed (to continue: select batch.resume('clap'))";
    assert.equal(await database.problem(), problem);
    assert.deepEqual(await query("select batch.resume('clap')"), [{ resume: true }]);
    assert.equal(await poll(scaler), 2);
    assert.equal((await claimNext("a"))?.requestId, "1");
    assert.equal(await database.problem(), "");
  });

  test("lets running requests succeed, and their Jobs do not continue with other requests", async () => {
    const params = claimParams("a");
    const attempt = await take(worker, "a", params);
    await query("select batch.pause('clap')");
    assert.equal(await succeedAndClaim(worker, attempt, null, { ...params, jobFinished: 1 }), undefined);
    assert.deepEqual(await query("select status from clap"), [{ status: "SUCCESS" }]);
  });

  test("lets a failed request be retried by its own Job", async () => {
    const attempt = await take(worker, "a");
    await query("select batch.pause('clap')");
    await fail(worker, attempt, ERROR);
    assert.equal((await claimNext("a"))?.attempt, 2);
  });

  test("stays paused when it is polled meanwhile and when its table is attached again", async () => {
    const operator = await database.begin("select batch.pause('clap', 'a')");
    await poll(scaler);
    await operator.query("commit");
    await poll(scaler);
    await query("select batch.attach('make_it_clap', 'clap')");
    assert.equal(await database.problem(), "paused: a (to continue: select batch.resume('clap'))");
    await query("select batch.pause('clap')");
    assert.equal(await database.problem(), "paused: by postgres (to continue: select batch.resume('clap'))");
  });

  test("still has dead workers' requests released, and rows enqueued that no trigger saw", async () => {
    const { connection } = await startAttempt(database, claimParams("a", { timeoutSeconds: 1 }));
    await connection.close();
    await query("select batch.pause('clap')");
    await query("alter table make_it_clap disable trigger batch_clap");
    await query("insert into make_it_clap (duration_seconds) values (1)");
    await poll(scaler);
    await query("alter table make_it_clap enable trigger batch_clap");
    await query("update batch.queue set deadline_at = deadline_at - interval '1 hour'");
    await poll(scaler);
    await query("select batch.resume('clap')");
    assert.equal(await poll(scaler), 3);
    for (const job of ["b", "c", "d"]) await succeed(worker, await take(worker, job));
  });

  test("that had another problem has its rows checked once that is solved", async () => {
    await query("alter table make_it_clap disable trigger batch_clap");
    await poll(scaler);
    await query("insert into make_it_clap (duration_seconds) values (1)");
    await query("select batch.pause('clap')");
    await query("alter table make_it_clap enable trigger batch_clap");
    await query("select batch.resume('clap')");
    assert.equal(await poll(scaler), 3);
  });

  test("must exist and be attached; resuming one that is not paused changes nothing", async () => {
    await assert.rejects(query("select batch.pause('page')"), {
      message: "kind must be one that batch.status shows (clap); got 'page'",
    });
    await assert.rejects(query("select batch.resume(null)"), {
      message: "kind must be one that batch.status shows (clap); got null",
    });
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await query("select batch.detach('page')");
    await assert.rejects(query("select batch.pause('page')"), { message: /got 'page', which is detached/ });
    await query("delete from batch.kind where kind = 'page'");
    assert.deepEqual(await query("select batch.resume('clap')"), [{ resume: false }]);
  });
});
