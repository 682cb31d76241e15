import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, demand, fail, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const worker = database.connect();
const scaler = database.connect();
const poll = () => demand(scaler, { kind: "parcel", requestsPerJob: 1, maxReplicaCount: 100 });
const query = (text: string) => database.query(text);
const queued = () => database.queued("parcel");

const claimed = (job: string) => take(worker, job, { kind: "parcel" });

async function finishAll(): Promise<number[]> {
  const done: number[] = [];
  for (let job = 0; ; job++) {
    const attempt = await claim(worker, claimParams(`all-${job}`, { kind: "parcel" }));
    if (!attempt) return done;
    await succeed(worker, attempt);
    done.push(Number(attempt.requestId));
  }
}

beforeEach(async () => {
  await query("drop table if exists parcels, loose");
  await query("delete from batch.kind where kind = 'parcel'");
  await database.reset();
});

/** Partitioned in the usual ways; 1 to 99 in the first partition, 100 to 199 in the second. */
const SCHEMES: Record<string, string> = {
  "by its key": `
    create table parcels (id bigint primary key, day date not null default '2026-01-01') partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100);
    create table parcels_2 partition of parcels for values from (100) to (200)`,
  "by time, with the time behind the key": `
    create table parcels (id bigint, day date not null generated always as (case when id < 100 then date '2026-01-01' else date '2026-02-01' end) stored,
      primary key (id, day)) partition by hash (id);
    create table parcels_1 partition of parcels for values with (modulus 2, remainder 0);
    create table parcels_2 partition of parcels for values with (modulus 2, remainder 1)`,
  twice: `
    create table parcels (id bigint primary key, day date not null default '2026-01-01') partition by range (id);
    create table parcels_1 partition of parcels for values from (0) to (100) partition by hash (id);
    create table parcels_1_a partition of parcels_1 for values with (modulus 2, remainder 0);
    create table parcels_1_b partition of parcels_1 for values with (modulus 2, remainder 1);
    create table parcels_2 partition of parcels for values from (100) to (200)`,
};

for (const [scheme, sql] of Object.entries(SCHEMES)) {
  describe(`a table partitioned ${scheme}`, () => {
    beforeEach(() => query(sql));

    test("existing and new rows are requests, each of which runs once", async () => {
      await query("insert into parcels (id) values (1), (2), (101)");
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), [1, 2, 101]);
      await query("insert into parcels (id) values (3), (102)");
      await query("begin; insert into parcels (id) values (4); rollback");
      assert.deepEqual(await queued(), [1, 2, 3, 101, 102]);
      assert.equal(parseRow((await claimed("a")).row).id, 1);
      assert.deepEqual(await finishAll(), [2, 101, 3, 102]);
      await query("select batch.attach('parcels', 'parcel')");
      assert.deepEqual(await queued(), [1]);
      assert.equal(await poll(), 1);
    });

    test("a deleted row is followed, and so is a delete or truncate of all partitions", async () => {
      await query("select batch.attach('parcels', 'parcel')");
      await query("insert into parcels (id) values (1), (2), (101)");
      await query("delete from parcels where id = 2");
      assert.deepEqual(await queued(), [1, 101]);
      await query("begin; insert into parcels (id) values (5); delete from parcels where id = 5; commit");
      assert.deepEqual(await queued(), [1, 101]);
      await finishAll();
      await query("delete from parcels; insert into parcels (id) values (1)");
      assert.deepEqual(await queued(), [1], "the same key is a new request");
      await query("truncate parcels");
      assert.deepEqual(await queued(), []);
    });
  });
}

describe("a table partitioned by range", () => {
  beforeEach(async () => {
    await query(SCHEMES["by its key"] as string);
    await query("select batch.attach('parcels', 'parcel')");
  });

  test("rows inserted or copied into a partition directly are requests", async () => {
    await query("insert into parcels_1 (id) values (1)");
    await query("insert into parcels_2 (id) values (101) on conflict do nothing");
    assert.deepEqual(await queued(), [1, 101]);
    await query("delete from parcels_1");
    assert.deepEqual(await queued(), [101]);
  });

  test("a partition that is created later has the triggers at once", async () => {
    await query("create table parcels_3 partition of parcels for values from (200) to (300)");
    await query("insert into parcels (id) values (201); insert into parcels_3 (id) values (202)");
    assert.deepEqual(await queued(), [201, 202]);
    assert.equal(await poll(), 2);
    assert.deepEqual(await queued(), [201, 202]);
  });

  test("an attached partition's rows are requests from the next poll on, new ones at once", async () => {
    await query("create table loose (id bigint primary key, day date not null default '2026-01-01')");
    await query("insert into loose select n from generate_series(200, 299) n where n <> 250");
    await query("alter table parcels attach partition loose for values from (200) to (300)");
    await query("insert into loose (id) values (250)");
    assert.deepEqual(await queued(), [250]);
    assert.equal(await poll(), 100);
    assert.equal((await queued()).length, 100);
    await finishAll();
    assert.equal(await poll(), 0);
  });

  test("a trigger disabled on a partition stops the kind; its rows are enqueued once it is enabled", async () => {
    await query("alter table parcels_1 disable trigger all; insert into parcels (id) values (1), (101)");
    assert.equal(await poll(), 0);
    assert.match(
      (await query("select problem from batch.kind where kind = 'parcel'"))[0]?.problem,
      /lacks the trigger batch_parcel of public.parcels_1/,
    );
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 101]);
    assert.equal(await poll(), 2);
  });

  test("an unlogged partition stops the kind, with the reason, until it is logged", async () => {
    await query("create unlogged table parcels_3 partition of parcels for values from (200) to (300)");
    await query("insert into parcels (id) values (1), (201)");
    assert.equal(await poll(), 0);
    assert.match(
      (await query("select problem from batch.kind where kind = 'parcel'"))[0]?.problem,
      /^public.parcels_3 is an unlogged partition .*: alter table public.parcels_3 set logged$/,
    );
    await query("alter table parcels_3 set logged");
    assert.equal(await poll(), 2);
  });

  test("a detached partition's waiting requests do not run, and no attempt is counted; once it is attached again they run", async () => {
    await query("insert into parcels select n from generate_series(1, 99) n");
    await query("insert into parcels (id) values (101)");
    await succeed(worker, await claimed("a"));
    await poll();
    await query("alter table parcels detach partition parcels_1");
    await poll();
    await poll();
    assert.deepEqual(await queued(), [101]);
    assert.deepEqual(await query("select request_id, status from batch.history"), [
      { request_id: "1", status: "SUCCESS" },
    ]);
    await query("insert into parcels_1 (id) values (0)");
    assert.deepEqual(await queued(), [101], "a detached partition inserts no request");
    await query("alter table parcels attach partition parcels_1 for values from (0) to (100)");
    await poll();
    assert.equal((await queued()).length, 100);
    assert.ok(!(await queued()).includes(1));
  });

  test("a request that is claimed while its partition is detached between two polls runs once the partition is attached again", async () => {
    await query("insert into parcels (id) values (1), (2), (101)");
    await poll();
    await query("alter table parcels detach partition parcels_1");
    assert.equal((await claimed("a")).requestId, "101");
    await query("alter table parcels attach partition parcels_1 for values from (0) to (100)");
    await poll();
    assert.deepEqual(await queued(), [1, 2, 101]);
  });

  test("a transaction whose snapshot is older than a partition inserts rows into it, changes their keys and deletes them", async () => {
    const older = await database.open();
    await older.query("begin isolation level repeatable read; select");
    await query("create table parcels_3 partition of parcels for values from (200) to (300)");
    await older.query("insert into parcels (id) values (201), (202), (203)");
    await older.query("update parcels set id = 211 where id = 201; delete from parcels where id = 202; commit");
    await older.end();
    assert.deepEqual(await queued(), [203, 211]);
    await poll();
    assert.deepEqual(await finishAll(), [203, 211]);
  });

  test("a dropped partition's requests end without a pod", async () => {
    await query("insert into parcels (id) values (1), (101)");
    await poll();
    await query("drop table parcels_1");
    assert.equal((await claimed("a")).requestId, "101");
    await poll();
    assert.deepEqual(await queued(), [101]);
  });

  test("ten thousand rows of a partition are enqueued by one poll", async () => {
    await query("create table loose (id bigint primary key, day date not null default '2026-01-01')");
    await query("insert into loose select n from generate_series(1000, 10999) n");
    await query("alter table parcels attach partition loose for values from (1000) to (20000)");
    assert.equal(await poll(), 100);
    assert.equal((await queued()).length, 10_000);
  });

  test("a changed key is followed from one partition to another", async () => {
    await query("insert into parcels (id) values (1), (2), (3)");
    await succeed(worker, await claimed("a"));
    await query("update parcels set id = id + 100");
    // PostgreSQL moves the row by deleting and inserting it: under another key it is another request.
    assert.deepEqual(await queued(), [101, 102, 103]);
  });
});

describe("a row that is moved to another partition", () => {
  beforeEach(async () => {
    await query(`
      create table parcels (id bigint, place text not null, primary key (id, place)) partition by list (place);
      create table parcels_here partition of parcels for values in ('here');
      create table parcels_there partition of parcels for values in ('there')`);
    await query("select batch.attach('parcels', 'parcel')");
    await query("insert into parcels values (1, 'here'), (2, 'here'), (3, 'here'), (4, 'here')");
  });

  test("keeps its state: finished, running, reserved or waiting", async () => {
    await succeed(worker, await claimed("done"));
    const running = await claimed("runs");
    await fail(worker, await claimed("failed"), { reason: "error", message: "no", final: false });
    const before = await query("select * from batch.queue order by request_id");
    const history = await query("select * from batch.history order by request_id");
    await query("update parcels set place = 'there'");
    assert.deepEqual(await query("select tableoid::regclass::text as t, count(*)::integer from parcels group by 1"), [
      { t: "parcels_there", count: 4 },
    ]);
    assert.deepEqual(await query("select * from batch.queue order by request_id"), before);
    assert.deepEqual(await query("select * from batch.history order by request_id"), history);
    await succeed(worker, running);
    await query("update parcels set place = 'here'");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [3, 4]);
  });

  test("and to a row that is deleted and inserted, it is a new request", async () => {
    await succeed(worker, await claimed("done"));
    await query("begin; delete from parcels where id = 1; insert into parcels values (1, 'there'); commit");
    assert.deepEqual(await queued(), [1, 2, 3, 4]);
  });

  test("a second row with its key, in another partition, is refused", async () => {
    await assert.rejects(query("insert into parcels values (1, 'there')"), {
      code: "23505",
      message: /parcel 1 must be the only row with its id, in all partitions .*; got another one/,
    });
    await finishAll();
    await assert.rejects(query("insert into parcels values (2, 'there')"), { code: "23505" });
    await query("insert into parcels values (5, 'there')");
    await assert.rejects(query("update parcels set id = 1 where id = 5"), { code: "23505" });
    assert.deepEqual(await queued(), [5]);
  });

  test("a second row with its key is refused in a partition that is newer than the transaction's snapshot as well", async () => {
    const older = await database.open();
    await older.query("begin isolation level repeatable read; select");
    await query("create table parcels_new partition of parcels for values in ('new')");
    await older.query("insert into parcels values (5, 'new')");
    await assert.rejects(older.query("update parcels set id = 1 where id = 5"), {
      code: "23505",
      message: /parcel 1 must be the only row with its id/,
    });
    await older.end();
  });

  test("a changed key whose previous request is just ending, since its partition was detached, is a new request", async () => {
    await finishAll();
    await query("insert into parcels values (9, 'there'); alter table parcels detach partition parcels_there");
    const pod = await database.open();
    await pod.query("begin; select from batch.claim('parcel', 'a', 'a', 1000, '{1,1,1,1}', 1, null, null, 0, true)");
    const changing = query("insert into parcels values (15, 'here'); update parcels set id = 9 where id = 15");
    await database.untilBlocked();
    await pod.query("commit");
    await pod.end();
    await changing;
    assert.deepEqual(await finishAll(), [9]);
    await query("drop table parcels_there");
  });
});
