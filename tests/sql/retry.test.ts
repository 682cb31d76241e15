import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { ERROR, fail, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;

const worker = database.connect();

const failNext = async (job: string, limits = {}) => fail(worker, await take(worker, job, limits), ERROR);
const succeedNext = async (job: string) => succeed(worker, await take(worker, job));

async function giveUp(): Promise<void> {
  assert.equal(await failNext("a", { backoffLimit: 0 }), "DEAD");
}

const retry = (request: number, kind = "clap") => query("select batch.retry($1, $2)", [kind, request]);

async function queued(): Promise<number> {
  return (await query("select from batch.queue")).length;
}

describe("batch.retry", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("a DEAD request runs again: its limits start from zero, its attempt numbers continue, its first start is kept", async () => {
    await giveUp();
    const created = "select creation_date, creation_time from clap";
    const before = await query(created);
    await retry(1);
    assert.equal(await failNext("b", { backoffLimit: 1 }), "FAILED");
    const again = await take(worker, "b", { backoffLimit: 1 });
    assert.equal(again.attempt, 3);
    await succeed(worker, again);
    assert.deepEqual(await query(created), before);
    assert.deepEqual(await query("select status, attempt from clap_attempt order by attempt"), [
      { status: "DEAD", attempt: 1 },
      { status: "FAILED", attempt: 2 },
      { status: "SUCCESS", attempt: 3 },
    ]);
  });

  test("one statement retries all DEAD requests", async () => {
    await query("insert into make_it_clap (duration_seconds) values (1), (1)");
    await giveUp();
    await giveUp();
    await succeedNext("c");
    await query("select batch.retry('clap', id) from clap join make_it_clap using (id) where status = 'DEAD'");
    assert.deepEqual(await database.queued(), [1, 2]);
  });

  test("a request without an attempt waits already", async () => {
    assert.deepEqual(await retry(1), [{ retry: false }]);
    assert.equal(await queued(), 1);
  });

  test("a request whose last attempt FAILED and that is not queued runs again", async () => {
    await failNext("a");
    await query("delete from batch.queue");
    assert.deepEqual(await retry(1), [{ retry: true }]);
    assert.equal((await take(worker, "b")).attempt, 2);
  });

  test("a waiting request is not queued twice", async () => {
    await giveUp();
    assert.deepEqual(await retry(1), [{ retry: true }]);
    assert.deepEqual(await retry(1), [{ retry: false }]);
    assert.equal(await queued(), 1);
  });

  test("two concurrent calls queue one request", async () => {
    await giveUp();
    const second = await database.blockedBy("select batch.retry('clap', 1)", () => retry(1));
    assert.deepEqual(second, [{ retry: false }]);
    assert.equal(await queued(), 1);
  });

  test("a transaction that still sees the request DEAD is refused", async () => {
    await giveUp();
    const late = await database.begin("select from batch.history", "repeatable read");
    await retry(1);
    await take(worker, "b");
    await assert.rejects(late.query("select batch.retry('clap', 1)"), { code: "40001" });
    assert.equal(await queued(), 1);
  });

  for (const isolation of ["repeatable read", "serializable"]) {
    test(`a transaction that still sees the request DEAD is refused, also when it has ended again: ${isolation}`, async () => {
      await giveUp();
      const late = await database.begin("select from batch.history", isolation);
      await retry(1);
      await succeedNext("b");
      await assert.rejects(late.query("select batch.retry('clap', 1)"), { code: "40001" });
      await late.query(`rollback; begin isolation level ${isolation}`);
      await assert.rejects(late.query("select batch.retry('clap', 1)"), { message: /got SUCCESS/ });
      assert.equal(await queued(), 0);
    });
  }

  test("above read committed a request runs again like any other", async () => {
    await giveUp();
    await query("begin isolation level serializable");
    assert.deepEqual(await retry(1), [{ retry: true }]);
    await query("commit");
    assert.equal((await take(worker, "b")).attempt, 2);
    assert.equal((await query("select from clap_attempt")).length, 2);
  });

  test("a row that was inserted again while no trigger fired is run once, also when its table is attached again", async () => {
    await giveUp();
    await query(`delete from make_it_clap; set session_replication_role = replica;
      insert into make_it_clap (id, duration_seconds) values (1, 1); reset session_replication_role`);
    assert.deepEqual(await retry(1), [{ retry: true }]);
    await succeedNext("b");
    await query("select batch.attach('make_it_clap', 'clap')");
    assert.equal(await queued(), 0);
  });

  const refusals: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ["running", () => take(worker, "a"), /clap 1 must be DEAD to be retried .*; got RUNNING in the Job a$/],
    ["FAILED and reserved", () => failNext("a"), /got one that is reserved for the next pod of the Job a$/],
    [
      "tried again and running",
      async () => {
        await giveUp();
        await retry(1);
        await take(worker, "b");
      },
      /clap 1 must be DEAD .*; got RUNNING in the Job b$/,
    ],
    ["SUCCESS", () => succeedNext("a"), /got SUCCESS/],
    [
      "no longer in its table",
      async () => {
        await giveUp();
        await query("delete from make_it_clap");
      },
      /clap 1 must have a row in its table .*; it has none/,
    ],
  ];
  for (const [what, happens, message] of refusals) {
    test(`refused, and nothing changed: a request that is ${what}`, async () => {
      await happens();
      const before = await queued();
      await assert.rejects(retry(1), { message });
      assert.equal(await queued(), before);
    });
  }
});

test("a row that was not queued: the statement in the refusal enqueues it, and keeps the kind's timeout column", async () => {
  await query("create table parcels (id bigint primary key, seconds integer)");
  await query("select batch.attach('parcels', 'parcel', 'seconds'); insert into parcels values (1, 30)");
  await query("delete from batch.queue where kind = 'parcel'");
  const refusal = await retry(1, "parcel").catch((error: Error) => error.message);
  await query(String(refusal).split("to queue it: ")[1] ?? "");
  assert.deepEqual(await database.queued("parcel"), [1]);
  assert.deepEqual(await query("select timeout_column from batch.kind where kind = 'parcel'"), [
    { timeout_column: "seconds" },
  ]);
  await query("select batch.detach('parcel'); drop table parcels; delete from batch.kind where kind = 'parcel'");
});
