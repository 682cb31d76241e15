import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { SESSION_SETTINGS } from "../../worker/src/sessionOptions.ts";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, overClient, poll } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");
const take = (connection: typeof worker, job: string, kind = "given", arriving = true) =>
  claim(connection, claimParams(job, { kind, arriving }));

const SHOP = "shop_of_given_test";

/** What the new owner does, whose policy reads whatever the reading role may read. */
const POLICY = `
  alter table office.t enable row level security;
  create policy p on office.t using (shop.run(id));
  grant select on office.t to public`;

before(() => database.createRole(SHOP));

let shop: pg.Client;
beforeEach(async () => {
  await database.reset();
  await query("update batch.kind set attached = false where kind = 'given'");
  await query(`
    drop schema if exists shop, office, archive, renamed cascade;
    create schema shop authorization ${SHOP}; create schema office;
    grant create, usage on schema office to ${SHOP}; grant usage on schema office, shop to public;
    create table office.t (id bigint primary key); select batch.attach('office.t', 'given'); insert into office.t values (1), (2), (3)`);
  shop = await database.open({ user: SHOP });
  await shop.query(`
    create sequence shop.seen minvalue 0; grant all on sequence shop.seen to public;
    create function shop.run(bigint) returns boolean language plpgsql as $$
    begin perform setval('shop.seen', (select count(*) from batch.queue)); return true; end$$`);
});

/** A superuser gives the table away in one transaction with the new owner's statements. */
const GIVE = `alter table office.t owner to ${SHOP}; set local role ${SHOP}; ${POLICY}`;

/** Asserts that the policy has not been able to count the requests; the sequence also shows it if the statement failed. */
async function assertNothingSeen(): Promise<void> {
  assert.deepEqual(await query("select is_called from shop.seen"), [{ is_called: false }]);
}

describe("code of a table's new owner does not run with the queue's rights", () => {
  for (const [what, warm] of [
    ["planned its reader", true],
    ["not planned its reader yet", false],
  ] as const) {
    test(`in a claim that waits for the table, in a session that has ${what}`, async () => {
      if (warm) {
        // From then on claims take the fast path.
        await poll(scaler, "given");
        assert.equal((await take(worker, "warm"))?.attempt, 1);
      }
      assert.equal(await database.blockedBy(GIVE, () => take(worker, "a")), undefined);
      await assertNothingSeen();
    });
  }

  for (const [what, statement] of [
    ["claim", () => take(worker, "a")],
    ["poll", () => poll(scaler, "given")],
  ] as const) {
    test(`in a ${what} behind which the transaction that gives the table away waits`, async () => {
      await poll(scaler, "given");
      assert.equal((await take(worker, "warm"))?.attempt, 1);
      await query("update batch.kind set sweep_pending = true where kind = 'given'");
      const [first, giving] = [await database.begin("lock table office.t"), await database.open()];
      const waiting = statement();
      await database.untilBlocked();
      const given = giving.query(`begin; ${GIVE}; commit`);
      await database.untilBlocked(2);
      await first.query("commit");
      await Promise.all([waiting, given]);
      await assertNothingSeen();
    });
  }

  test("in a claim that waits for pg_class while a schema of the new owner takes the name of the table's: that needs no lock on a table", async () => {
    await query(`create schema archive authorization ${SHOP}; grant usage on schema archive to public`);
    await shop.query(`create table archive.t (id bigint primary key); ${POLICY.replaceAll("office", "archive")}`);
    assert.equal((await take(worker, "warm"))?.attempt, 1);
    const [first, reindex, renaming] = [await database.open(), await database.open(), await database.open()];
    await renaming.query("begin; alter schema office rename to renamed; rollback");
    await first.query("begin; lock table office.t");
    const waiting = take(worker, "a");
    await database.untilBlocked();
    await reindex.query("begin; lock table pg_class");
    await first.query("commit");
    await database.untilBlocked();
    await renaming.query("begin; alter schema office rename to renamed; alter schema archive rename to office; commit");
    await reindex.query("commit");
    assert.equal((await waiting)?.requestId, "2");
    await assertNothingSeen();
  });

  test("in a claim that waits for a table that was renamed after it was attached", async () => {
    await query("alter table office.t rename to u; select batch.attach('office.u', 'given')");
    await query("alter table office.u rename to t");
    assert.equal((await take(worker, "warm"))?.attempt, 1);
    assert.equal(await database.blockedBy(GIVE, () => take(worker, "a")), undefined);
    await assertNothingSeen();
  });

  test("in a poll that waits for the table", async () => {
    await query("update batch.kind set sweep_pending = true where kind = 'given'");
    await database.blockedBy(GIVE, () => poll(scaler, "given"));
    await assertNothingSeen();
  });

  test("as a type that the reader's declarations find, since the owner may alter the reader", async () => {
    await query(`alter table office.t owner to ${SHOP}; select batch.attach('office.t', 'given')`);
    await query(`grant usage on schema batch to ${SHOP}`);
    await shop.query(`
      create domain shop.name as pg_catalog.name check (shop.run(0)); create domain shop.oid as pg_catalog.oid check (shop.run(0));
      alter function batch."row$given" security invoker; alter function batch."row$given" set search_path = shop, pg_catalog;
      alter function batch."keys$given" security invoker; alter function batch."keys$given" set search_path = shop, pg_catalog`);
    assert.equal(await take(worker, "a").catch(() => undefined), undefined);
    await query("update batch.kind set sweep_pending = true where kind = 'given'");
    await poll(scaler, "given").catch(() => undefined);
    await assertNothingSeen();
  });

  test("in batch.retry() that waits for the table", async () => {
    const operator = await database.open();
    await database.blockedBy(GIVE, () => operator.query("select batch.retry('given', 1)").catch(() => undefined));
    await assertNothingSeen();
  });

  for (const [what, superusers, owners] of [
    ["the table", `alter table office.t owner to ${SHOP}`, POLICY],
    [
      "a schema of the same name",
      `alter schema office rename to archive; create schema office authorization ${SHOP}`,
      `create table office.t (id bigint primary key); insert into office.t values (1), (2), (3); grant usage on schema office to public; ${POLICY}`,
    ],
  ] as const) {
    test(`in the second claim of a transaction, given ${what} after the first`, async () => {
      await query("insert into make_it_clap (duration_seconds) values (1)");
      const client = await database.open({ user: "batch_worker" });
      for (const setting of Object.entries(SESSION_SETTINGS))
        await client.query("select set_config($1, $2, false)", setting);
      const pod = overClient(client);
      assert.equal((await take(pod, "warm"))?.attempt, 1);
      await client.query("begin");
      assert.equal((await take(pod, "a", "clap"))?.attempt, 1);
      await query(superusers);
      await shop.query(owners);
      const second: Claim | undefined = await take(pod, "b", "given", false);
      await client.query("commit");
      await assertNothingSeen();
      assert.equal(second?.row, what === "the table" ? undefined : '{"id":2}');
    });
  }
});
