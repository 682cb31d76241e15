import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();

const { query, queued } = database;

describe("batch.attach", () => {
  beforeEach(async () => {
    await query("drop table if exists parcels; delete from batch.kind where kind <> 'clap'");
    await database.reset();
    await query("create table parcels (place text, number bigint generated always as identity primary key)");
  });

  test("existing rows are enqueued, and so is every later one, in its own transaction", async () => {
    await query("insert into parcels (place) values ('here'), ('there')");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued("parcel"), [1, 2]);
    await query("begin; insert into parcels (place) select 'x' from generate_series(1, 1000); rollback");
    assert.equal((await queued("parcel")).length, 2);
    await query("insert into parcels (place) select 'x' from generate_series(1, 1000)");
    assert.equal((await queued("parcel")).length, 1002);
  });

  test("the table gets triggers and nothing else", async () => {
    const shape = "select attname, atttypid, attnotnull from pg_attribute where attrelid = 'parcels'::regclass";
    const before = await query(shape);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await query(shape), before);
    const triggers =
      "select string_agg(tgname, ' ' order by tgname) as names from pg_trigger where tgrelid = 'parcels'::regclass";
    assert.deepEqual(await query(triggers), [
      { names: "batch_parcel batch_parcel$delete batch_parcel$key batch_parcel$truncate" },
    ]);
  });

  test("attaching twice is harmless: nothing finished runs again, and nothing waiting runs twice", async () => {
    await query("insert into parcels (place) values ('here'), ('there')");
    await query("select batch.attach('parcels', 'parcel')");
    const connection = database.connect();
    await succeed(connection, await take(connection, "a", { kind: "parcel" }));
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued("parcel"), [2]);
    await query("insert into parcels (place) values ('everywhere')");
    assert.deepEqual(await queued("parcel"), [2, 3]);
  });

  test("an ORM's table with an integer key is attached once the statement in the refusal has been run", async () => {
    const identities = ["always", "by default"].map((when) => `integer generated ${when} as identity`);
    for (const type of ["serial", "smallserial", ...identities]) {
      await query(`drop table if exists narrow cascade; create table narrow ("Id" ${type} primary key);
        create table details (narrow_id integer references narrow); insert into narrow default values`);
      const attach = "select batch.attach('narrow', 'narrow')";
      const refusal = (await query(attach).catch(({ message }: Error) => message)) as string;
      const [, statement = ""] = /; got "Id" \w+: (.*)$/.exec(refusal) ?? [];
      await query(`${statement}; ${attach}; insert into narrow default values`);
      assert.deepEqual(await queued("narrow"), [1, 2]);
      await query("select batch.detach('narrow'); drop table details");
      await query("truncate batch.queue");
    }
    await query("drop table narrow; delete from batch.kind where kind = 'narrow'");
  });

  test("attaching and detaching send no notices: migration tools print them as warnings", async () => {
    const notices: unknown[] = [];
    const notice = ({ message }: { message?: string | undefined }) => void notices.push(message);
    database.client.on("notice", notice);
    for (const security of ["disable", "enable", "force"]) {
      await query(`alter table parcels ${security} row level security`);
      for (let times = 0; times < 2; times++) await query("select batch.attach('parcels', 'parcel')");
      await query("select batch.detach('parcel')");
    }
    database.client.off("notice", notice);
    assert.deepEqual(notices, []);
  });

  test("attaching again accepts a renamed primary key", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await query("alter table parcels rename number to id");
    await query("select batch.attach('parcels', 'parcel')");
    await query("insert into parcels (place) values ('here')");
    const attempt = await take(database.connect(), "a", { kind: "parcel" });
    assert.deepEqual(parseRow(attempt.row), { place: "here", id: 1 });
  });

  test("attaching again passes on what a DBA's event trigger raises, and names no right that is missing", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await query(`begin;
      create function refuse() returns event_trigger language plpgsql
      as $$ begin raise insufficient_privilege using message = 'only at night'; end $$;
      create event trigger refuse on ddl_command_start execute function refuse()`);
    await assert.rejects(query("select batch.attach('parcels', 'parcel')"), { message: "only at night" });
    await query("rollback");
  });

  test("attaching another role's table without its rights names the right that is missing, and who may attach it", async () => {
    await query(`begin; create role app; create role admin; grant app, batch_owner to admin; alter table parcels owner to app;
      set local role admin`);
    await assert.rejects(query("select batch.attach('parcels', 'parcel')"), {
      message:
        "cannot create the functions that read public.parcels with the rights of its owner: permission denied for schema batch. " +
        "Attach it as its owner, app, who must be a member of batch_owner, or as a superuser",
    });
    await query("rollback");
  });

  test("the table's own trigger with a name that attaching needs is kept, and named with the statement that renames it", async () => {
    await query(`create or replace function public.note() returns trigger language plpgsql as 'begin return null; end';
      create trigger "batch_parcel$delete" after delete on parcels for each row execute function public.note()`);
    const attach = "select batch.attach('parcels', 'parcel')";
    await assert.rejects(query(attach), {
      message: /"batch_parcel\$delete" on public.parcels: it has another trigger with this name/,
    });
    await query(
      `alter trigger "batch_parcel$delete" on parcels rename to own; ${attach}; insert into parcels values ('x')`,
    );
    assert.deepEqual(await queued("parcel"), [1]);
    assert.deepEqual(await query("select tgenabled from pg_trigger where tgname = 'own'"), [{ tgenabled: "O" }]);
    // Attached again, as after a tool that creates triggers by name.
    await query(
      `create or replace trigger batch_parcel after insert on parcels for each row execute function public.note()`,
    );
    await assert.rejects(query(attach), {
      message: /create the trigger batch_parcel on public.parcels: it has another/,
    });
  });

  test("the primary key's index may include further columns", async () => {
    await query("create table links (url text, id bigint, primary key (id) include (url))");
    await query("select batch.attach('links', 'link'); insert into links values ('x', 7)");
    assert.deepEqual(await queued("link"), [7]);
  });

  test("kinds run side by side: each claim gets its own kind's row", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await query("insert into make_it_clap (duration_seconds) values (1); insert into parcels (place) values ('here')");
    const parcel = await take(database.connect(), "a", { kind: "parcel" });
    assert.deepEqual(parseRow(parcel.row), { place: "here", number: 1 });
    const clap = await take(database.connect(), "a");
    assert.deepEqual(parseRow(clap.row), { id: 1, duration_seconds: 1, failures: 0 });
  });

  test("two transactions that attach the same tables in opposite order both succeed, and writers do not wait for them", async () => {
    await query("create table if not exists boxes (id bigint primary key)");
    const [first, second] = [await database.open(), await database.open()];
    await first.query("begin; select batch.attach('parcels', 'parcel')");
    const other = second.query(`begin; select batch.attach('boxes', 'box');
      select batch.attach('parcels', 'parcel'); commit`);
    await database.untilBlocked();
    await query("set lock_timeout = '1s'; insert into boxes values (1); reset lock_timeout");
    await first.query("select batch.attach('boxes', 'box'); commit");
    await other;
    assert.deepEqual(await queued("box"), [1]);
  });

  test("attached again, a table that needs no repair is not locked: nobody waits for a transaction that has written to it", async () => {
    await query(`create table bags (id bigint primary key, minutes integer);
      select batch.attach('bags', 'bag', 'minutes')`);
    const writer = await database.begin("insert into bags values (1)");
    const admin = await database.open();
    await admin.query("set lock_timeout = '1s'; begin; select batch.attach('bags', 'bag', 'minutes')");
    await query("set lock_timeout = '1s'; insert into bags values (2); reset lock_timeout");
    await admin.query("commit");
    await writer.query("commit");
    assert.deepEqual(await queued("bag"), [1, 2]);
    await query("set session_replication_role = replica; insert into bags values (3); reset session_replication_role");
    await admin.query("select batch.attach('bags', 'bag', 'minutes')");
    assert.deepEqual(await queued("bag"), [1, 2, 3]);
  });

  test("a detach that waits while another table is attached under its kind detaches that table", async () => {
    await query("create table crates (id bigint primary key); select batch.attach('parcels', 'parcel')");
    const exchange = "select batch.detach('parcel'); select batch.attach('crates', 'parcel')";
    await database.blockedBy(exchange, () => query("select batch.detach('parcel')"));
    const triggers =
      "select tgrelid::regclass from pg_trigger where tgrelid in ('parcels'::regclass, 'crates'::regclass)";
    assert.deepEqual(await query(triggers), []);
  });

  test("names that contain quotes and statements are treated as names", async () => {
    await query(`create schema "s'; drop"`);
    const table = `"s'; drop"."table clap; --"""`;
    await query(`create table ${table} ("id'; drop table clap" bigint primary key, "%I %L" text)`);
    await query("select batch.attach($1, 'odd')", [table]);
    await query(`insert into ${table} values (7, '$1; drop table clap; --')`);
    const odd = await take(database.connect(), "a", { kind: "odd" });
    assert.deepEqual(parseRow(odd.row), { "id'; drop table clap": 7, "%I %L": "$1; drop table clap; --" });
  });

  test("a role that may insert into the table needs no right on the queue", async () => {
    await query("select batch.attach('parcels', 'parcel')");
    await query(`begin; create role clerk; grant insert on parcels to clerk; set local role clerk;
      insert into parcels (place) values ('here'); reset role`);
    assert.deepEqual(await queued("parcel"), [1]);
    await query("rollback");
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
      sql: "create table narrow (id integer primary key); select batch.attach('narrow', 'narrow')",
      message: /narrow must have .*; got id integer: alter table public.narrow alter column id type bigint$/,
    },
    {
      sql: "create table narrow (id serial primary key); select batch.attach('narrow', 'narrow')",
      message: /type bigint; alter sequence public\.narrow_id_seq as bigint$/,
    },
  ];
  for (const { sql, message } of refusals) {
    test(`refused, and nothing changed: ${sql}`, async () => {
      await assert.rejects(query(sql), { message });
      assert.deepEqual(await query("select kind from batch.kind"), [{ kind: "clap" }]);
    });
  }
});

describe("make_it_clap", () => {
  beforeEach(() => database.reset());

  test("100,000 rows at once are 100,000 requests", async () => {
    await query("insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 100000)");
    assert.deepEqual(await query("select count(*) from batch.queue where kind = 'clap'"), [{ count: "100000" }]);
  });

  for (const values of ["-1, 0", "'NaN', 0", "'infinity', 0", "604801, 0", "1, -1", "null, 0", "1, null"]) {
    test(`a row of (${values}) is refused`, async () => {
      const insert = `insert into make_it_clap (duration_seconds, failures) values (${values})`;
      await assert.rejects(query(insert), { code: /^23/ });
    });
  }
});
