import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../tests/support/database.ts";
import { fail, succeed, take } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";

const database = await createTestDatabase();
const { name, query } = database;
const role = `worker_of_${name}`;

const SHAPES = `
  create table shapes (
    id bigint primary key, share double precision, small real, bytes bytea, duration interval, day date, days daterange,
    moment timestamptz, moments tstzrange, price money, amount numeric, list text[], path text, document json, tree xml
  )`;
const SHAPE = `
  insert into shapes
  select 1, 0.1::float8 + 0.2, 0.1, '\\x00ff5c', '1 day 02:03:04', '2026-02-01', '[2026-02-01,2026-03-04)',
         '2026-02-01 12:00:00+00', '[2026-02-01 12:00:00+00,)', 1.5, 12345678901234567.89, array['a', null], E'a\\\\b',
         '{"b": 1,  "a": 0.10}', xmlelement(name a, 'b')`;

/** Settings that are texts, of which the server lists no values, with values that could matter. */
const TEXTS: readonly (readonly [string, string])[] = [
  ["search_path", "traps"],
  ["search_path", "traps, pg_catalog"],
  ["datestyle", "SQL, DMY"],
  ["datestyle", "German"],
  ["timezone", "Asia/Tokyo"],
  ["client_encoding", "LATIN1"],
  ["lc_messages", "C"],
  ["lc_monetary", "C"],
  ["lc_time", "C"],
  ["default_tablespace", "nowhere"],
  ["default_text_search_config", "pg_catalog.simple"],
];

/** A transaction's state rather than a setting, or for repairs and only for superusers. */
const LEFT_OUT = new Set([
  "transaction_isolation",
  "transaction_read_only",
  "transaction_deferrable",
  "ignore_system_indexes",
  "zero_damaged_pages",
  "ignore_checksum_failure",
  "session_replication_role",
]);

/** Every other setting, with each of its values or, for a number, the least and the greatest, as the server lists them. */
async function values(): Promise<(readonly [string, string])[]> {
  const settings = await query<{ name: string; setting: string; values: string[] }>(`
    select name, setting,
           case vartype when 'bool' then array['on', 'off'] when 'enum' then enumvals else array[min_val, max_val] end as values
    from pg_settings where context in ('user', 'superuser') and vartype <> 'string' order by name`);
  return settings
    .filter((setting) => !LEFT_OUT.has(setting.name))
    .flatMap((setting) => setting.values.map((value) => [setting.name, value] as const));
}

/** Claims, waits a moment, and ends an attempt, once well and once not; the row that came. */
async function run(user: string): Promise<string> {
  const { log, lines } = recordLog();
  const connection = database.connect(user, { databaseTimeoutSeconds: 0 }, log);
  let breaks = 0;
  connection.onDisconnect = () => breaks++;
  try {
    const failed = await take(connection, "a", { kind: "shape" });
    const failure = { reason: "error", message: "why → 'because'\\n", final: false } as const;
    assert.equal(await fail(connection, failed, failure), "FAILED");
    const claimed = await take(connection, "a", { kind: "shape" });
    await sleep(3);
    await succeed(connection, claimed, '{"done": "→"}');
    assert.deepEqual([lines, breaks], [[], 0]);
    return claimed.row;
  } finally {
    await connection.close();
  }
}

/** In quotes the names of a search_path would be one name. */
function assignment(setting: string, value: string): string {
  return `${setting} = ${setting === "search_path" ? value : `'${value}'`}`;
}

async function renew(): Promise<void> {
  await database.reset();
  await query("truncate shapes");
  await query(SHAPE);
}

await query(SHAPES);
await query("select batch.attach('shapes', 'shape')");
await query(`create role ${role} login in role batch_worker`);
await query(`
  create schema traps; grant usage on schema traps to public;
  create function traps.now() returns timestamptz language sql return timestamptz '-infinity';
  create function traps.fail(text, text, bigint, integer, integer, text, text, boolean) returns setof text language sql as 'select 1 / 0';
  create function traps.never(integer, integer) returns boolean language sql return false;
  create operator traps.= (leftarg = integer, rightarg = integer, function = traps.never)`);
await renew();
const PLAIN = await run(role);
const VALUES = await values();

describe("a worker does the same, and its row looks the same, if the database sets", { timeout: 600_000 }, () => {
  beforeEach(renew);
  for (const [setting, value] of [...VALUES, ...TEXTS]) {
    test(`${setting} = ${value}`, async (t) => {
      try {
        await query(`alter database ${name} set ${assignment(setting, value)}`);
      } catch (error) {
        // A value that no database can have.
        t.diagnostic((error as Error).message);
        return;
      }
      try {
        assert.equal(await run(role), PLAIN);
      } finally {
        await query(`alter database ${name} reset ${setting}`);
      }
    });
  }
});

describe("a worker does the same, and its row looks the same, if its role sets", () => {
  beforeEach(renew);
  after(() => query(`drop owned by ${role}; drop role ${role}`));
  for (const [setting, value] of [
    ["lock_timeout", "1"],
    ["statement_timeout", "1"],
    ["idle_session_timeout", "1"],
    ["idle_in_transaction_session_timeout", "1"],
    ["transaction_timeout", "1"],
    ["default_transaction_isolation", "serializable"],
    ["default_transaction_read_only", "on"],
    ["extra_float_digits", "-15"],
    ["bytea_output", "escape"],
    ["intervalstyle", "iso_8601"],
    ["row_security", "off"],
    ["exit_on_error", "on"],
    ["jit_above_cost", "0"],
    ...TEXTS,
  ] as const) {
    test(`${setting} = ${value}`, async () => {
      await query(`alter role ${role} in database ${name} set ${assignment(setting, value)}`);
      try {
        assert.equal(await run(role), PLAIN);
      } finally {
        await query(`alter role ${role} in database ${name} reset ${setting}`);
      }
    });
  }
});
