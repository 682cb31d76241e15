import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, poll, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");
const OWNER = "owner_of_row_security_test";
const NEXT_OWNER = "next_owner_of_row_security_test";
let owner: pg.Client;

before(async () => {
  await database.createRole(OWNER);
  await query(`grant create on schema public to ${OWNER}; grant batch_owner to ${OWNER}`);
  owner = await database.open({ user: OWNER });
});

beforeEach(async () => {
  await query("drop table if exists parcels; update batch.kind set attached = false where kind = 'parcel'");
  await database.reset();
});

const FORCED = "alter table parcels enable row level security; alter table parcels force row level security";
const FAILING = "forced row level security and a policy that fails for everyone without a setting";
const CASES: Record<string, string> = {
  "row level security": "alter table parcels enable row level security",
  "forced row level security": FORCED,
  "forced row level security and a policy that shows the owner nothing": `
    ${FORCED}; create policy none on parcels using (false) with check (true)`,
  [FAILING]: `
    ${FORCED}; create policy broken on parcels for select using (current_setting('app.tenant')::integer = 1);
    create policy inserts on parcels for insert with check (true)`,
};

for (const [who, attachedBy] of [
  ["a plain role", "owner"],
  ["a plain role, attached by a superuser", "superuser"],
  ["a superuser", "superuser itself"],
] as const) {
  describe(`a table of ${who}`, () => {
    const attach = () =>
      (attachedBy === "owner" ? owner : database.client).query("select batch.attach('parcels', 'parcel')");
    for (const [what, sql] of Object.entries(CASES)) {
      test(`with ${what}: every row is a request, and a worker gets it, or it is refused with the reason`, async () => {
        const client = attachedBy === "superuser itself" ? database.client : owner;
        await client.query("create table parcels (id bigint primary key, tenant text default 'x')");
        await client.query("insert into parcels values (1), (2)");
        await client.query(sql);
        if (what === FAILING && attachedBy !== "superuser itself") {
          await assert.rejects(attach(), { message: /cannot read the rows of kind 'parcel' .*"app.tenant"/ });
          return;
        }
        await attach();
        assert.equal(await poll(scaler, "parcel"), 2);
        const claimed = await take(worker, "a", { kind: "parcel" });
        assert.equal(parseRow(claimed.row).id, 1);
        await succeed(worker, claimed);
        await query("insert into parcels values (3)");
        await attach();
        assert.equal(await poll(scaler, "parcel"), 2);
        await query("delete from parcels");
        assert.equal(await poll(scaler, "parcel"), 0);
      });
    }

    test("attached again, it does not wait for transactions that have read the table, such as pg_dump's", async () => {
      const client = attachedBy === "superuser itself" ? database.client : owner;
      await client.query("create table parcels (id bigint primary key)");
      await client.query(FORCED);
      await attach();
      const dump = await database.begin("select from parcels");
      await client.query("set lock_timeout = '2s'; set statement_timeout = '5s'");
      try {
        await attach();
      } finally {
        await dump.end();
        await client.query("reset lock_timeout; reset statement_timeout");
      }
    });

    if (attachedBy === "superuser itself") return;
    test("a policy of ours does not show the owner more than before", async () => {
      await owner.query("create table parcels (id bigint primary key); insert into parcels values (1)");
      await owner.query(FORCED);
      await attach();
      assert.equal((await owner.query("select from parcels")).rowCount, 0);
    });
  });
}

describe("row level security that is changed later", () => {
  beforeEach(async () => {
    await owner.query("create table parcels (id bigint primary key); insert into parcels values (1)");
    await owner.query("select batch.attach('parcels', 'parcel')");
  });
  const problem = () => database.problem("parcel");

  test("stops the kind with the reason, counts no attempt, and resumes once the table is attached again", async () => {
    await owner.query(FORCED);
    assert.equal(await claim(worker, claimParams("before any poll", { kind: "parcel" })), undefined);
    assert.equal(await poll(scaler, "parcel"), 0);
    const reason =
      /row level security hides rows of public\.parcels .*select batch\.attach\('public\.parcels', 'parcel'\)/;
    assert.match(await problem(), reason);
    assert.equal(await claim(worker, claimParams("a", { kind: "parcel" })), undefined);
    await owner.query("select batch.attach('parcels', 'parcel')");
    assert.equal(await poll(scaler, "parcel"), 1);
    assert.equal((await take(worker, "b", { kind: "parcel" })).attempt, 1);
  });

  test("given to another owner by REASSIGN OWNED, it stops the kind with the reason, and no request is DEAD", async () => {
    await owner.query(FORCED);
    await owner.query("select batch.attach('parcels', 'parcel')");
    await query(`create role ${NEXT_OWNER}; reassign owned by ${OWNER} to ${NEXT_OWNER}`);
    try {
      assert.equal(await claim(worker, claimParams("before any poll", { kind: "parcel" })), undefined);
      assert.equal(await poll(scaler, "parcel"), 0);
      assert.match(await problem(), /row level security hides rows of public\.parcels from next_owner/);
      await query("select batch.attach('parcels', 'parcel')");
      assert.equal(await poll(scaler, "parcel"), 1);
      assert.equal((await take(worker, "a", { kind: "parcel" })).attempt, 1);
    } finally {
      await query("select batch.detach('parcel')");
      await query(`drop owned by ${NEXT_OWNER}; drop role ${NEXT_OWNER}`);
    }
  });

  test("a restrictive policy is named as the reason; one for other roles is not a problem", async () => {
    await owner.query(FORCED);
    await owner.query("create policy others on parcels as restrictive for select to batch_program using (false)");
    await owner.query("select batch.attach('parcels', 'parcel')");
    assert.equal(await poll(scaler, "parcel"), 1);
    await owner.query("create policy tenants on parcels as restrictive for select using (false)");
    assert.equal(await poll(scaler, "parcel"), 0);
    assert.match(await problem(), /a restrictive policy may hide rows of public\.parcels/);
    await owner.query("drop policy tenants on parcels");
    assert.equal(await poll(scaler, "parcel"), 1);
  });

  test("attach refuses a restrictive policy with the reason", async () => {
    await owner.query(FORCED);
    await owner.query("create policy tenants on parcels as restrictive for all using (false)");
    await assert.rejects(owner.query("select batch.attach('parcels', 'parcel')"), /a restrictive policy may hide rows/);
  });
});

describe("batch.purge where row level security hides rows whose requests have ended", () => {
  const waiting = () => database.queued("parcel");
  beforeEach(async () => {
    await owner.query(`create table parcels (id bigint primary key); ${FORCED};
      create policy everyone on parcels using (true)`);
    await owner.query("insert into parcels values (1); select batch.attach('parcels', 'parcel')");
    await succeed(worker, await take(worker, "a", { kind: "parcel" }));
  });

  test("deletes no attempt of a detached kind: attached again, no finished row runs again", async () => {
    await owner.query("select batch.detach('parcel'); drop policy everyone on parcels");
    await assert.rejects(owner.query("select batch.purge('parcel', '0')"), {
      message: /row level security may hide rows of public\.parcels from owner_of_row_security_test/,
    });
    await owner.query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await waiting(), []);
    assert.deepEqual((await owner.query("select batch.purge('parcel', '0')")).rows, [{ purge: "0" }]);
  });

  test("deletes no attempt while a restrictive policy stops the kind: without it, no finished row runs again", async () => {
    await owner.query("create policy tenants on parcels as restrictive using (false)");
    await assert.rejects(owner.query("select batch.purge('parcel', '0')"), {
      message: /cannot purge parcel: a restrictive policy may hide rows/,
    });
    await owner.query("drop policy tenants on parcels; select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await waiting(), []);
    assert.deepEqual((await owner.query("select batch.purge('parcel', '0')")).rows, [{ purge: "1" }]);
  });
});
