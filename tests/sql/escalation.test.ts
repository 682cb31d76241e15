import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, poll, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");
let shop: pg.Client;

const SHOP = "shop_of_escalation_test";

/** What the owner of a table would do with rights that are not its own. */
const ATTACK = "perform shop.attack();";

const ATTACK_FUNCTION = `
  create function shop.attack() returns void language plpgsql volatile as $$
  begin
    insert into shop.seen values (current_user);
    if current_user <> '${SHOP}' then
      begin alter role ${SHOP} superuser; exception when others then null; end;
      begin insert into shop.stolen select to_json(c.*)::text from public.make_it_clap c; exception when others then null; end;
      begin insert into shop.stolen select to_json(c.*)::text from batch.queue c; exception when others then null; end;
    end if;
  end$$`;

const CAST = `create type shop.mood as enum ('fine');
    create function shop.run(shop.mood) returns json language plpgsql as $$begin ${ATTACK} return '"cast"'; end$$;
    create cast (shop.mood as json) with function shop.run(shop.mood)`;

/** Ways to have code run when others read or write the table; each is the owner's own code. */
const CODE: Record<string, string> = {
  "a cast to json": `
    ${CAST}; create table shop.t (id bigint primary key, m shop.mood default 'fine')`,
  "a cast to json deep within": `
    ${CAST};
    create type shop.inner as (moods shop.mood[]);
    create domain shop.outer as shop.inner;
    create table shop.t (id bigint primary key, m shop.outer[] default array[row(array['fine'])::shop.inner]::shop.outer[])`,
  "the condition of an index": `
    create function shop.run(integer) returns integer immutable language plpgsql as $$begin ${ATTACK} return 1; end$$;
    create table shop.t (id bigint primary key, m integer default 1);
    create index on shop.t (m) where shop.run(1) = 1`,
  "an index over an expression": `
    create function shop.run(bigint) returns bigint immutable language plpgsql as $$begin ${ATTACK} return 1; end$$;
    create table shop.t (id bigint primary key);
    create index on shop.t (shop.run(id))`,
  "row level security": `
    create function shop.run(bigint) returns boolean language plpgsql as $$begin ${ATTACK} return true; end$$;
    create table shop.t (id bigint primary key);
    alter table shop.t enable row level security;
    alter table shop.t force row level security;
    create policy mine on shop.t using (shop.run(id)) with check (true)`,
  "a check": `
    create function shop.run(bigint) returns boolean language plpgsql as $$begin ${ATTACK} return true; end$$;
    create table shop.t (id bigint primary key check (shop.run(id)))`,
  "its own trigger": `
    create function shop.run() returns trigger language plpgsql as $$begin ${ATTACK} return null; end$$;
    create table shop.t (id bigint primary key);
    create trigger a_first after insert or update or delete on shop.t for each row execute function shop.run()`,
  "an operator on bigint": `
    create function shop.run(bigint, bigint) returns boolean language plpgsql as $$begin ${ATTACK} return true; end$$;
    create operator shop.= (leftarg = bigint, rightarg = bigint, function = shop.run);
    alter role ${SHOP} in database DATABASE set search_path = shop, pg_catalog;
    create table shop.t (id bigint primary key)`,
};

beforeEach(async () => {
  await database.reset();
  await query(`drop schema if exists shop cascade; create schema shop authorization ${SHOP}`);
  await query("update batch.kind set attached = false where kind = 'attack'");
  shop = await database.open({ user: SHOP });
  await shop.query("create table shop.seen (who text); create table shop.stolen (what text)");
  await shop.query("grant all on shop.seen, shop.stolen to public; grant usage on schema shop to public");
  await shop.query(ATTACK_FUNCTION);
});

before(() => database.createRole(SHOP, "createrole"));

async function runRequests(): Promise<Claim> {
  await shop.query("insert into shop.t values (1), (2), (3)");
  await poll(scaler, "attack");
  const claimed = await take(worker, "a", { kind: "attack" });
  await succeed(worker, claimed);
  await shop.query("update shop.t set id = 22 where id = 2");
  await shop.query("delete from shop.t where id = 3");
  await poll(scaler, "attack");
  return claimed;
}

/** Attaches the shop's table; the reader is planned in the worker's session, which must notice what changes from now on. */
async function attach(): Promise<void> {
  await query("select batch.attach('shop.t', 'attack')");
  await shop.query("insert into shop.t values (99)");
  await succeed(worker, await take(worker, "plans", { kind: "attack" }));
  await shop.query("delete from shop.t where id = 99");
}

async function assertNothingGained(): Promise<void> {
  const roles = await query("select rolsuper from pg_roles where rolname = $1", [SHOP]);
  assert.deepEqual(roles, [{ rolsuper: false }]);
  assert.deepEqual(await query("select * from shop.stolen"), []);
}

describe("the owner of an attached table gains no rights", () => {
  for (const [what, sql] of Object.entries(CODE)) {
    test(`by ${what}`, async () => {
      await shop.query(sql.replace("DATABASE", database.name));
      await query("insert into make_it_clap (duration_seconds) values (1)");
      await query("select batch.attach('shop.t', 'attack')");
      const claimed = await runRequests();
      assert.equal(parseRow(claimed.row).id, 1);
      await assertNothingGained();
      const otherRoles = await query("select distinct who from shop.seen where who <> $1", [SHOP]);
      assert.deepEqual(otherRoles, [], "its code never ran as another role");
    });
  }

  test("by altering the functions that read its table", async () => {
    await shop.query(`
      create function shop.run(integer) returns integer immutable language plpgsql as $$begin ${ATTACK} return 1; end$$;
      create table shop.t (id bigint primary key, m integer default 1);
      create index on shop.t (m) where shop.run(1) = 1;
      create function shop.same(oid, oid) returns boolean language plpgsql as $$begin ${ATTACK} return true; end$$;
      create operator shop.= (leftarg = oid, rightarg = oid, function = shop.same)`);
    await attach();
    await query(`grant usage on schema batch to ${SHOP}`);
    for (const reader of ["batch.row$attack", "batch.keys$attack"]) {
      await shop.query(`alter function ${reader} security invoker`);
      await shop.query(`alter function ${reader} set search_path = shop, pg_catalog`);
    }
    await query(`revoke usage on schema batch from ${SHOP}`);
    await shop.query("delete from shop.seen");
    await shop.query("insert into shop.t values (1)");
    assert.equal(await claim(worker, claimParams("a", { kind: "attack" })), undefined);
    assert.equal(await poll(scaler, "attack"), 0);
    await assertNothingGained();
    assert.deepEqual(await query("select distinct who from shop.seen where who <> $1", [SHOP]), []);
    const reason = /is not read with its owner's rights .*select batch\.attach\('shop\.t', 'attack'\)/;
    assert.match(await database.problem("attack"), reason);
    await query("select batch.attach('shop.t', 'attack')");
    assert.equal((await take(worker, "a", { kind: "attack" })).requestId, "1");
  });

  test("by replacing them, or by adding functions beside ours", async () => {
    await shop.query("create table shop.t (id bigint primary key)");
    await query("select batch.attach('shop.t', 'attack')");
    const added = "create function batch.backoff(bigint) returns interval language sql return '1s'::interval";
    await assert.rejects(shop.query(added), { code: "42501" });
    const [found] = await query<{ text: string }>(
      "select pg_get_functiondef(oid) as text from pg_proc where proname = 'row$attack' and pronamespace = 'batch'::regnamespace",
    );
    await assert.rejects(shop.query(found?.text ?? ""), { code: "42501" });
  });

  test("by giving the table away: another owner's code does not run as the first one", async () => {
    await query("create role heir_of_escalation_test");
    await query(`grant heir_of_escalation_test to ${SHOP};
      grant create, usage on schema shop to heir_of_escalation_test`);
    await shop.query("create table shop.t (id bigint primary key)");
    await attach();
    await shop.query("insert into shop.t values (1)");
    await shop.query("alter table shop.t owner to heir_of_escalation_test");
    assert.equal(await claim(worker, claimParams("a", { kind: "attack" })), undefined);
    assert.equal(await poll(scaler, "attack"), 0);
    await query("select batch.attach('shop.t', 'attack')");
    assert.equal((await take(worker, "a", { kind: "attack" })).requestId, "1");
    await query("drop owned by heir_of_escalation_test cascade; drop role heir_of_escalation_test");
  });
});

describe("the owner of the schema batch", () => {
  test("owns its functions and tables and nothing else, is no superuser, and cannot log in", async () => {
    const may = "rolsuper or rolcreaterole or rolcreatedb or rolcanlogin or rolreplication or rolbypassrls";
    assert.deepEqual(await query(`select ${may} as may from pg_roles where rolname = 'batch_owner'`), [{ may: false }]);
    const owned = await query(
      `select distinct n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relowner = 'batch_owner'::regrole and n.nspname <> 'pg_toast'`,
    );
    assert.deepEqual(owned, [{ nspname: "batch" }]);
    const definers = await query(
      "select proname from pg_proc where pronamespace = 'batch'::regnamespace and prosecdef and proowner <> 'batch_owner'::regrole and proname !~ '^(row|keys)[$]'",
    );
    assert.deepEqual(definers, []);
  });

  test("every function that runs with its rights sets its search_path", async () => {
    const open = await query(
      `select proname from pg_proc where pronamespace = 'batch'::regnamespace and prosecdef
         and not coalesce(proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']`,
    );
    assert.deepEqual(open, []);
  });
});

describe("batch_worker", () => {
  test("gets the row that it has claimed, and no other row of its kind or of another", async () => {
    await query("insert into make_it_clap (duration_seconds) values (1), (2)");
    const claimed = await take(worker, "a");
    assert.equal(parseRow(claimed.row).id, 1);
    const client = await database.open({ user: "batch_worker" });
    const readable = await client.query(
      `select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'shop')
         and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')`,
    );
    assert.deepEqual(readable.rows, []);
    const executable = await client.query<{ proname: string }>(
      "select proname from pg_proc where pronamespace = 'batch'::regnamespace and has_function_privilege(oid, 'execute') order by 1",
    );
    assert.equal(
      executable.rows.map(({ proname }) => proname).join(" "),
      "announce_stop claim defer end_connection fail reclaim renew report succeed succeed_and_claim take_over",
    );
    await client.end();
  });
});
