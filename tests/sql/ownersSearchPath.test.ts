import assert from "node:assert/strict";
import { before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, poll, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");
let shop: pg.Client;

const SHOP = "shop_of_search_path_test";

before(async () => {
  await database.createRole(SHOP);
  await query(`create schema shop authorization ${SHOP}`);
  shop = await database.open({ user: SHOP });
  await shop.query(`
    create table shop.seen (who text);
    grant insert on shop.seen to public; grant usage on schema shop to public;
    create function shop.now() returns timestamptz language plpgsql as
      'begin insert into shop.seen values (current_user); return pg_catalog.now(); end';
    create function shop.equal(text, text) returns boolean language plpgsql as
      'begin insert into shop.seen values (current_user); return $1 operator(pg_catalog.=) $2; end';
    create function shop.current_setting(text) returns text language plpgsql as
      $$begin insert into shop.seen values (current_user); return 'pg_catalog, pg_temp'; end$$;
    create operator shop.= (leftarg = text, rightarg = text, function = shop.equal);
    create table shop.t (id bigint primary key);
    alter table shop.t enable row level security;
    alter table shop.t force row level security;
    create function shop.run() returns boolean language plpgsql as 'begin return true; end';
    create policy mine on shop.t using (shop.run()) with check (true);
    insert into shop.t values (1), (2), (3)`);
  await query("select batch.attach('shop.t', 'attack')");
});

test("a table's owner whose code sets search_path while the table is read: none of it runs as another role, and the kind stops with the reason", async () => {
  const reason = /owner of shop\.t must not set search_path for the session/;
  await shop.query(`create or replace function shop.run() returns boolean language plpgsql as
    $$begin perform pg_catalog.set_config('search_path', 'shop, pg_catalog', false); return true; end$$`);
  assert.equal(await claim(worker, claimParams("a", { kind: "attack" })), undefined);
  assert.equal(await poll(scaler, "attack"), 0);
  assert.match(await database.problem("attack"), reason);
  await assert.rejects(query("select batch.retry('attack', 2)"), reason);
  await assert.rejects(query("select batch.attach('shop.t', 'attack')"), reason);
  assert.deepEqual(await query("select distinct who from shop.seen where who <> $1", [SHOP]), []);
  assert.deepEqual(await query("select from batch.history"), []);
  assert.equal((await query("show search_path"))[0]?.search_path, '"$user", public');

  await shop.query(
    "create or replace function shop.run() returns boolean language plpgsql as 'begin return true; end'",
  );
  assert.equal(await poll(scaler, "attack"), 3);
  assert.equal((await take(worker, "a", { kind: "attack" })).requestId, "1");
});

for (const [how, definition] of Object.entries({
  "with set local":
    "as $$begin perform pg_catalog.set_config('search_path', 'shop, pg_catalog', true); return true; end$$",
  "by a setting of the function": "set search_path = shop, pg_catalog as 'begin return true; end'",
})) {
  test(`a table's owner whose code sets search_path ${how}: the table is read, and nothing of it runs as another role`, async () => {
    await shop.query(`create or replace function shop.run() returns boolean language plpgsql ${definition}`);
    assert.equal(await poll(scaler, "attack"), 3);
    await take(worker, how, { kind: "attack" });
    assert.deepEqual(await query("select distinct who from shop.seen where who <> $1", [SHOP]), []);
  });
}
