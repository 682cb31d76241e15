import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const { query } = database;

afterEach(() => query("drop table if exists loose"));

describe("a table that batch.attach cannot follow is refused, with the reason", () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["create temporary table loose (id bigint primary key)", /must be a permanent table .*; got a temporary one/],
    ["create unlogged table loose (id bigint primary key)", /must be a permanent table .*; got an unlogged one/],
    ["create view loose as select 1::bigint as id", /must be a table .*; got a view/],
    ["create materialized view loose as select 1::bigint as id", /must be a table .*; got a materialized view/],
    ["create sequence loose", /must be a table .*; got a relation of another kind/],
    [
      "create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing; create foreign table loose (id bigint) server nowhere",
      /must be a table .*; got a foreign table/,
    ],
    [
      "create table loose (id bigint primary key); create table child (primary key (id)) inherits (loose)",
      /must not be part of table inheritance .*; got child tables/,
    ],
    [
      "create table parent (id bigint primary key); create table loose (primary key (id)) inherits (parent)",
      /must not be part of table inheritance .*; got a parent table/,
    ],
    [
      "create table whole (id bigint primary key) partition by hash (id); create table loose partition of whole for values with (modulus 1, remainder 0)",
      /must not be a partition \(attach the table it belongs to: public.whole\)/,
    ],
    [
      "create table loose (id bigint primary key) partition by hash (id); create unlogged table leaf partition of loose for values with (modulus 1, remainder 0)",
      /must be a permanent table with all its partitions .*; got public.leaf, which is unlogged/,
    ],
    ["create table loose (id bigint primary key deferrable)", /got id bigint, deferrable/],
    ["create table loose (id numeric primary key)", /got id numeric/],
    ["create domain big as bigint; create table loose (id big primary key)", /got id public.big/],
    [
      "create table loose (id bigint, day date, primary key (day, id)) partition by range (day)",
      /must have a primary key of one bigint column, first, before those of the partition key .*; got day date, id bigint/,
    ],
    ["create table loose (id bigint, day date, primary key (id, day))", /got id bigint, day date/],
    ["create table loose (id bigint) partition by hash (id)", /got no such key/],
    [
      "create role partitioner in role batch_owner; create table loose (id bigint primary key) partition by hash (id); alter table loose owner to partitioner; create table leaf partition of loose for values with (modulus 1, remainder 0); set local role partitioner",
      /^partitioner cannot create triggers on public.leaf, a partition of public.loose that belongs to .*: alter table public.leaf owner to partitioner$/,
    ],
  ];
  for (const [sql, message] of refusals) {
    test(sql, async () => {
      await query(`begin; ${sql}`);
      const attached = query("select batch.attach('loose', 'parcel')").finally(() => query("rollback"));
      await assert.rejects(attached, { message });
      assert.deepEqual(await query("select from batch.kind where kind = 'parcel'"), []);
    });
  }

  test("a timeout column that is not numeric", async () => {
    await query("create table loose (id bigint primary key, t text)");
    await assert.rejects(query("select batch.attach('loose', 'parcel', 't')"), {
      message: /the timeout column must be a numeric column of public.loose \(seconds\); got t/,
    });
    await assert.rejects(query("select batch.attach('loose', 'parcel', 'no such')"), /got "no such"/);
  });
});
