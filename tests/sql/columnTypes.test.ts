import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");

/** A column's type, its value, and what a handler gets. */
const COLUMNS: readonly (readonly [name: string, type: string, value: string, expected: unknown])[] = [
  ["a_composite", "pair", "row(9007199254740993, 1e30)", { a: "9007199254740993", b: 1e30 }],
  ["composites", "pair[]", "array[row(1, 2)::pair]", [{ a: 1, b: 2 }]],
  ["a_range", "tstzrange", "'[2026-01-01,infinity)'", '["2026-01-01 00:00:00+00",infinity)'],
  ["multirange", "nummultirange", "'{[1,2),[3,)}'", "{[1,2),[3,)}"],
  ["an_enum", "mood", "'ok'", "ok"],
  ["a_domain", "positive", "5", 5],
  [
    "matrix",
    "numeric[][]",
    "'{{1,2},{NaN,1e300}}'",
    [
      [1, 2],
      ["NaN", 1e300],
    ],
  ],
  ["not_a_number", "numeric", "'NaN'", "NaN"],
  ["endless", "double precision", "'-Infinity'", "-Infinity"],
  ["last_day", "date", "'infinity'", "infinity"],
  ["old", "timestamptz", "'4713-01-01 BC'", "4713-01-01T00:00:00+00:00 BC"],
  ["bytes", "bytea", "'\\x00ff'", "\\x00ff"],
  ["bits", "bit(3)", "'101'", "101"],
  ["markup", "xml", "'<a/>'", "<a/>"],
  ["address", "inet", "'::1'", "::1"],
  ["text_search", "tsvector", "'a:1'", "'a':1"],
  ["table_name", "regclass", "'pg_class'", "pg_class"],
  [
    "big_json",
    "json",
    `'{"a": 1e999, "n": 123456789012345678901234567890}'`,
    { a: "1e999", n: "123456789012345678901234567890" },
  ],
  ["toJSON", "bigint", "7", 7],
  ["then", "text", "'then'", "then"],
  ["constructor", "text", "'constructor'", "constructor"],
  ["__proto__", "text", "'proto'", "proto"],
];

test("a row's columns reach the handler, whatever their types and names", async () => {
  const [server] = await query("select current_setting('server_version_num')::integer as version");
  const isVirtual = server?.version >= 180_000;
  await query(`create type pair as (a bigint, b numeric); create type mood as enum ('ok'); create domain positive as numeric check (value > 0);
    create table odd (id bigint generated always as identity primary key, ${COLUMNS.map(([name, type, value]) => `"${name}" ${type} default ${value}`).join(", ")},
      stored bigint generated always as ("toJSON" * 2) stored ${isVirtual ? ', computed bigint generated always as (70 / "toJSON") virtual' : ""})`);
  await query("select batch.attach('odd', 'odd')");
  await query('insert into odd default values; insert into odd ("toJSON") values (0)');
  const first = await take(worker, "a", { kind: "odd" });
  const row = parseRow(first.row);
  for (const [name, , , expected] of COLUMNS) assert.deepEqual(Reflect.get(row, name), expected, name);
  assert.equal(row.stored, 14);
  await succeed(worker, first);
  if (!isVirtual) return;
  assert.equal(row.computed, 10);
  assert.equal(await claim(worker, claimParams("b", { kind: "odd" })), undefined);
  assert.deepEqual(await query("select error from batch.history where request_id = 2"), [
    { error: "its row cannot be read: division by zero" },
  ]);
});
