import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fail, overClient, poll, renew, succeed, take } from "../support/queue.ts";

/** Settings that a database or a role may have; those of the roles of sql/roles.sql also apply behind a pooler. */
const SETTINGS: Record<string, string> = {
  lock_timeout: "1ms",
  idle_in_transaction_session_timeout: "1ms",
  default_transaction_isolation: "serializable",
  default_transaction_read_only: "on",
  default_transaction_deferrable: "on",
  extra_float_digits: "0",
  bytea_output: "escape",
  intervalstyle: "iso_8601",
  datestyle: "German, DMY",
  timezone: "Asia/Kathmandu",
  xmlbinary: "hex",
  xmloption: "document",
  search_path: "shadow, pg_catalog",
  row_security: "off",
  standard_conforming_strings: "off",
  transform_null_equals: "on",
  quote_all_identifiers: "on",
  "plpgsql.variable_conflict": "error",
  "plpgsql.extra_errors": "all",
  plan_cache_mode: "force_custom_plan",
  enable_indexscan: "off",
  enable_indexonlyscan: "off",
  jit: "on",
  jit_above_cost: "0",
  array_nulls: "off",
  check_function_bodies: "on",
  client_min_messages: "debug1",
  synchronous_commit: "off",
  temp_tablespaces: "",
  gin_fuzzy_search_limit: "1",
};

const toSetting = (name: string, value: string) => `${name} = ${name.includes("path") ? value : `'${value}'`}`;

const COLUMNS = `
  f double precision default 0.1::float8 + 0.2::float8, r real default 1::real / 3, b bytea default '\\x00ff', i interval default '1 month 2 days 03:04:05',
  t timestamptz default '2026-01-02 03:04:05.678+00', d date default '2026-02-03', m numeric default 12345678901234567890.123456789,
  j json default '{"a": 1.0, "a": "\\u0000"}', jb jsonb default '{"n": 1e3}', x xml default '<a>1</a>', a text[] default array['x', null, 'NULL'],
  money money default 12.5, big bigint default 9007199254740993, n text default null`;

async function readRows(database: TestDatabase): Promise<{ rows: readonly [string, string]; jobs: number[] }> {
  await database.query(`drop table if exists things; create table things (id bigint primary key, ${COLUMNS})`);
  await database.query("select batch.attach('public.things', 'thing')");
  await database.query("insert into public.things (id) values (1), (2), (3)");
  const worker = overClient(await database.open({ user: "batch_worker" }));
  const scaler = overClient(await database.open({ user: "batch_scaler" }));
  const jobs = [await poll(scaler, "thing")];
  const claimed = (job: string, leaseSeconds: number) => take(worker, job, { kind: "thing", leaseSeconds });
  const one = await claimed("a", 30);
  assert.equal(await renew(worker, one, { leaseSeconds: 30 }), true);
  // Another transaction has the row for a moment, as a poll does.
  const holder = await database.open();
  await holder.query("set idle_in_transaction_session_timeout = 0; set lock_timeout = 0");
  await holder.query("select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'");
  await holder.query("begin isolation level read committed read write");
  await holder.query("select from batch.queue where kind = 'thing' and request_id = 1 for update");
  const succeeded = succeed(worker, one, '{"ok": true}');
  await database.untilBlocked();
  await holder.query("commit");
  await succeeded;
  assert.deepEqual(await database.query("select status from batch.history"), [{ status: "SUCCESS" }]);
  await holder.end();
  const two = await claimed("b", 0);
  assert.equal(await fail(worker, two, { reason: "error", message: "no →", final: false }), "FAILED");
  jobs.push(await poll(scaler, "thing"));
  return { rows: [one.row, two.row], jobs };
}

describe("no setting of the database affects claim, finish or poll, even behind a pooler", () => {
  let expected: Awaited<ReturnType<typeof readRows>>;
  before(async () => {
    expected = await readRows(await createTestDatabase());
  });

  test("all of them at once", async () => {
    const database = await createTestDatabase();
    await database.query(`create schema shadow; create view shadow.pg_locks as select 1;
      create function shadow.now() returns timestamptz language sql as 'select null::timestamptz'`);
    const [server] = await database.query("select current_setting('server_version_num')::integer as version");
    const settings = server?.version >= 170_000 ? { ...SETTINGS, transaction_timeout: "200ms" } : SETTINGS;
    for (const [name, value] of Object.entries(settings)) {
      await database.query(`alter database ${database.name} set ${toSetting(name, value)}`);
    }
    assert.deepEqual(await readRows(database), expected);
  });

  test("a row's numbers keep their precision, and json its text", () => {
    const row = parseRow(expected.rows[0]);
    assert.equal(row.f, 0.1 + 0.2);
    assert.equal(row.big, "9007199254740993");
    assert.equal(row.m, "12345678901234567890.123456789");
    assert.ok(expected.rows[0].includes(String.raw`{"a": 1.0, "a": "\u0000"}`));
  });
});

test("none of these settings affects the functions that an operator calls, and none sends a warning", async () => {
  const database = await createTestDatabase();
  const operator = await database.open();
  const notices: unknown[] = [];
  await operator.query("create table things (id bigint generated by default as identity primary key)");
  for (const [name, value] of Object.entries(SETTINGS)) {
    // An operator's own session and its limits.
    if (name.includes("timeout") || name.startsWith("default_") || name === "client_min_messages") continue;
    await operator.query(`set ${toSetting(name, value)}`);
  }
  operator.on("notice", ({ message }) => notices.push(message));
  for (const [call, expected] of [
    ["batch.attach('public.things', 'thing')", ""],
    ["batch.attach('public.things', 'thing')", ""],
    ["batch.pause('thing', 'why')", ""],
    ["batch.resume('thing')", true],
    ["batch.cancel('thing', 1)", null],
    ["batch.retry('thing', 1)", true],
    ["batch.cancel('thing', 1)", null],
    ["batch.purge('thing', interval '0')", "1"],
    ["batch.detach('thing')", ""],
  ] as const) {
    if (call.startsWith("batch.cancel"))
      await operator.query("insert into public.things values (1) on conflict do nothing");
    assert.deepEqual((await operator.query(`select ${call} as answer`)).rows, [{ answer: expected }], call);
  }
  assert.deepEqual(await database.query("select from pg_trigger where tgrelid = 'things'::regclass"), []);
  assert.deepEqual(notices, []);
});

describe("a database whose encoding is LATIN1", () => {
  test("claims, reads and records what it can store", async () => {
    const database = await createTestDatabase("template0 encoding 'LATIN1' locale 'C'");
    await migrate(database.client, noopLog);
    await database.query(`create table things (id bigint primary key, name text);
      select batch.attach('things', 'thing'); insert into things values (1, 'Käse')`);
    const worker = overClient(database.client);
    const claimed = await take(worker, "a", { kind: "thing" });
    assert.equal(parseRow(claimed.row).name, "Käse");
    const failWith = (message: string) => fail(worker, claimed, { reason: "error", message, final: false });
    await assert.rejects(failWith("→"), { code: "22P05" });
    assert.equal(await failWith("Käse"), "FAILED");
  });
});
