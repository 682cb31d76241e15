import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { type Claim, claim } from "../../worker/src/queue/claim.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();

async function queued(kind: string): Promise<string[]> {
  const rows = await database.query<{ request_id: string }>(
    "select request_id from batch.queue where kind = $1 order by request_id",
    [kind],
  );
  return rows.map(({ request_id }) => request_id);
}

describe("batch.attach", () => {
  beforeEach(async () => {
    await database.query("drop table if exists parcels");
    await database.query("delete from batch.kind where kind <> 'clap'");
    await database.reset();
    await database.query("create table parcels (place text, number bigint generated always as identity primary key)");
  });

  test("rows that are already there are taken in, and so is every later one, in its own transaction", async () => {
    await database.query("insert into parcels (place) values ('here'), ('there')");
    await database.query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued("parcel"), ["1", "2"]);
    await database.query("begin");
    await database.query("insert into parcels (place) select 'x' from generate_series(1, 1000)");
    await database.query("rollback");
    assert.equal((await queued("parcel")).length, 2);
    await database.query("insert into parcels (place) select 'x' from generate_series(1, 1000)");
    assert.equal((await queued("parcel")).length, 1002);
  });

  test("the table gets triggers and nothing else", async () => {
    const shape = "select attname, atttypid, attnotnull from pg_attribute where attrelid = 'parcels'::regclass";
    const before = await database.query(shape);
    await database.query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await database.query(shape), before);
    assert.deepEqual(
      await database.query("select tgname from pg_trigger where tgrelid = 'parcels'::regclass order by 1"),
      [
        { tgname: "batch_parcel" },
        { tgname: "batch_parcel$delete" },
        { tgname: "batch_parcel$key" },
        { tgname: "batch_parcel$truncate" },
      ],
    );
  });

  test("attaching twice is harmless: nothing finished is run again, nothing waiting twice", async () => {
    await database.query("insert into parcels (place) values ('here'), ('there')");
    await database.query("select batch.attach('parcels', 'parcel')");
    const connection = database.connect();
    await succeed(connection, (await claim(connection, claimParams("a", { kind: "parcel" }))) as Claim);
    await database.query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued("parcel"), ["2"]);
    await database.query("insert into parcels (place) values ('everywhere')");
    assert.deepEqual(await queued("parcel"), ["2", "3"]);
  });

  test("attaching again knows a primary key that was renamed", async () => {
    await database.query("select batch.attach('parcels', 'parcel')");
    await database.query("alter table parcels rename number to id");
    await database.query("select batch.attach('parcels', 'parcel')");
    await database.query("insert into parcels (place) values ('here')");
    const attempt = (await claim(database.connect(), claimParams("a", { kind: "parcel" }))) as Claim;
    assert.deepEqual(parseRow(attempt.row), { place: "here", id: 1 });
  });

  test("a primary key may include further columns", async () => {
    await database.query("create table links (url text, id bigint, primary key (id) include (url))");
    await database.query("select batch.attach('links', 'link')");
    await database.query("insert into links values ('x', 7)");
    assert.deepEqual(await queued("link"), ["7"]);
    await database.query("drop table links");
  });

  test("kinds run side by side: each claim gets its own kind's row", async () => {
    await database.query("select batch.attach('parcels', 'parcel')");
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
    await database.query("insert into parcels (place) values ('here')");
    const parcel = (await claim(database.connect(), claimParams("a", { kind: "parcel" }))) as Claim;
    assert.deepEqual(parseRow(parcel.row), { place: "here", number: 1 });
    const clap = (await claim(database.connect(), claimParams("a"))) as Claim;
    assert.deepEqual(parseRow(clap.row), { id: 1, duration_seconds: 1, failures: 0 });
  });

  test("two transactions that attach the same tables in opposite order both succeed, and writers do not wait for them", async () => {
    await database.query("create table if not exists boxes (id bigint primary key)");
    const [first, second] = [await database.open(), await database.open()];
    await first.query("begin; select batch.attach('parcels', 'parcel')");
    const other = second.query(
      "begin; select batch.attach('boxes', 'box'); select batch.attach('parcels', 'parcel'); commit",
    );
    await database.untilBlocked();
    await database.query("set lock_timeout = '1s'; insert into boxes values (1); reset lock_timeout");
    await first.query("select batch.attach('boxes', 'box'); commit");
    await other;
    assert.deepEqual(await queued("box"), ["1"]);
  });

  test("names with quotes and statements in them stay names", async () => {
    await database.query(`create schema "s'; drop"`);
    const table = `"s'; drop"."table clap; --"""`;
    await database.query(`create table ${table} ("id'; drop table clap" bigint primary key, "%I %L" text)`);
    await database.query("select batch.attach($1, 'odd')", [table]);
    await database.query(`insert into ${table} values (7, '$1; drop table clap; --')`);
    const odd = (await claim(database.connect(), claimParams("a", { kind: "odd" }))) as Claim;
    assert.deepEqual(parseRow(odd.row), {
      "id'; drop table clap": 7,
      "%I %L": "$1; drop table clap; --",
    });
    await database.query(`drop schema "s'; drop" cascade`);
  });

  test("a role that may insert into the table needs no right on the queue", async () => {
    await database.query("select batch.attach('parcels', 'parcel')");
    await database.query("begin");
    await database.query("create role clerk");
    await database.query("grant insert on parcels to clerk");
    await database.query("set local role clerk");
    await database.query("insert into parcels (place) values ('here')");
    await database.query("reset role");
    assert.deepEqual(await queued("parcel"), ["1"]);
    await database.query("rollback");
  });

  const refusals = [
    { sql: "select batch.attach('parcels', 'Parcel')", message: /kind must be 1 to 40 of a-z.*; got 'Parcel'/ },
    {
      sql: "select batch.attach('parcels', 'a''; drop table clap')",
      message: /kind must be .*; got 'a''; drop table clap'/,
    },
    { sql: "select batch.attach('parcels', null)", message: /kind must be .*; got null/ },
    {
      sql: "select batch.attach('parcels', 'clap')",
      message: /kind must be a new one .*'clap', which belongs to public.make_it_clap/,
    },
    {
      sql: "create table bare (id bigint); select batch.attach('bare', 'bare')",
      message: /bare must have a primary key of one bigint column .*; got no such key/,
    },
    {
      sql: "create table narrow (id integer primary key); select batch.attach('narrow', 'narrow')",
      message: /narrow must have .*; got id integer/,
    },
    {
      sql: "create table twice (a bigint, b bigint, primary key (a, b)); select batch.attach('twice', 'twice')",
      message: /twice must have .*; got a bigint, b bigint/,
    },
  ];
  for (const { sql, message } of refusals) {
    test(`refused, and nothing changed: ${sql}`, async () => {
      await assert.rejects(database.query(sql), { message });
      assert.deepEqual(await database.query("select kind from batch.kind"), [{ kind: "clap" }]);
    });
  }
});

describe("make_it_clap", () => {
  beforeEach(() => database.reset());

  test("100,000 rows at once are 100,000 requests", async () => {
    await database.query("insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 100000)");
    assert.deepEqual(await database.query("select count(*) from batch.queue where kind = 'clap'"), [
      { count: "100000" },
    ]);
  });

  for (const values of [
    "(-1, 0)",
    "('NaN', 0)",
    "('infinity', 0)",
    "(604801, 0)",
    "(1, -1)",
    "(null, 0)",
    "(1, null)",
  ]) {
    test(`a row of ${values} is refused`, async () => {
      await assert.rejects(database.query(`insert into make_it_clap (duration_seconds, failures) values ${values}`), {
        code: /^23/,
      });
    });
  }
});
