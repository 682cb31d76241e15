import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, claimWithReclaim, poll } from "../support/queue.ts";
import { STATES } from "../support/states.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");

describe("a transaction that stays open after it has deleted the row of a request", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());

  for (const [name, setUp] of Object.entries(STATES)) {
    test(`which is ${name}: polls and other Jobs do not wait for it`, async () => {
      await setUp(database, worker);
      await query("insert into make_it_clap (id, duration_seconds) values (2, 1)");
      await query(
        `update batch.queue set suspected_at = now() - interval '1 day', reserved_until = reserved_until - interval '1 day',
           available_at = available_at - interval '1 day' where request_id = 1`,
      );
      const open = await database.begin("delete from make_it_clap where id = 1");
      await poll(scaler);
      assert.equal((await claim(worker, claimParams(`other-${name}`)))?.requestId, "2");
      for (const job of ["state-1", "unknown"]) {
        assert.notEqual(typeof (await claimWithReclaim(worker, claimParams(job))), "object");
      }
      await open.query("rollback");
    });
  }
});

describe("a transaction that stays open after an operator has changed waiting requests", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());

  for (const recipe of ["select batch.pause('clap')", "select batch.cancel('clap', 3)"]) {
    test(`${recipe}: polls, claims and the end of a reservation do not wait for it`, async () => {
      await STATES.reserved(database, worker);
      await query("insert into make_it_clap (id, duration_seconds) values (2, 1), (3, 1)");
      await query("update batch.queue set reserved_until = now() where request_id = 1");
      const open = await database.begin(recipe);
      assert.equal(await poll(scaler), 3);
      assert.equal((await claim(worker, claimParams("other")))?.requestId, "1");
      await open.query("rollback");
    });
  }
});

test("a transaction that stays open after it has changed a partition: polls do not wait for it", async () => {
  await query(`create table parts (id bigint primary key) partition by range (id);
    create table parts_1 partition of parts for values from (0) to (100); select batch.attach('parts', 'part')`);
  const open = await database.begin(
    "alter table parts_1 set (fillfactor = 90); lock table parts_1 in access exclusive mode",
  );
  await query("set statement_timeout = '5s'; select batch.demand('part', 1, 10); reset statement_timeout");
  await open.query("rollback");
});

test("a transaction that stays open while a partition is detached concurrently: the next poll removes its requests, which count no attempt and run once it is attached again", async () => {
  await query(`create table pieces (id bigint primary key) partition by range (id);
    create table pieces_1 partition of pieces for values from (0) to (100); create table pieces_2 partition of pieces for values from (100) to (200);
    select batch.attach('pieces', 'piece'); insert into pieces values (1), (2), (101)`);
  const [open, detaching] = [await database.open(), await database.open()];
  await open.query("begin isolation level repeatable read; select from pieces");
  const detached = detaching.query("alter table pieces detach partition pieces_1 concurrently");
  await database.untilBlocked();
  await poll(scaler, "piece");
  await poll(scaler, "piece");
  assert.deepEqual(await database.queued("piece"), [101]);
  assert.deepEqual(await query("select from batch.history where kind = 'piece'"), []);
  await open.query("rollback");
  await detached;
  await query("alter table pieces attach partition pieces_1 for values from (0) to (100)");
  assert.equal(await poll(scaler, "piece"), 3);
});

describe("a transaction that stays open after an operator has used a function in it", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());

  for (const recipe of ["select batch.retry('clap', 1)", "select batch.purge('clap', '0')"]) {
    test(`${recipe}: polls and claims do not wait for it, and what they would have enqueued is not lost`, async () => {
      await STATES.DEAD(database, worker);
      await query(`set session_replication_role = replica; insert into make_it_clap (id, duration_seconds) values (2, 1);
        reset session_replication_role; update batch.kind set unqueued_above = -9223372036854775808, sweep_pending = true where kind = 'clap'`);
      const open = await database.begin(recipe);
      assert.equal(await poll(scaler), 0);
      assert.equal(await claim(worker, claimParams("early")), undefined);
      await open.query("rollback");
      assert.equal(await poll(scaler), 1);
      assert.equal((await claim(worker, claimParams("free")))?.requestId, "2");
    });
  }
});

test("a transaction that stays open after it has deleted a row: polls and claims that enqueue rows do not wait for it", async () => {
  await database.reset();
  await query("insert into make_it_clap (id, duration_seconds) values (1, 1), (2, 1)");
  await query("update batch.kind set unqueued_above = -9223372036854775808 where kind = 'clap'");
  const open = await database.begin("delete from make_it_clap where id = 1");
  assert.equal((await claim(worker, claimParams("a")))?.requestId, "2");
  await query("update batch.kind set unqueued_above = -9223372036854775808 where kind = 'clap'");
  assert.equal(await poll(scaler), 2);
  await open.query("commit");
  assert.deepEqual(await database.queued(), [2]);
});
