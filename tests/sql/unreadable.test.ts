import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, succeed } from "../support/queue.ts";
import {
  addMood,
  attempts,
  claimed,
  claimNext,
  database,
  finishAll,
  poll,
  problem,
  query,
  queued,
  worker,
} from "./parcels.ts";

const MOOD = addMood("if $1 = 'odd' then raise 'no right' using errcode = 'insufficient_privilege'; end if;");
/** Every mood is JSON. */
const READABLE = "create or replace function mood_json(mood) returns json language sql as 'select ''1''::json'";
const OWNER = "owner_of_unreadable_test";
await database.createRole(OWNER);
await query(`grant create, usage on schema public to ${OWNER}`);
const OWNED = `alter table parcels owner to ${OWNER};
  alter table parcels enable row level security; alter table parcels force row level security;
  select batch.attach('parcels', 'parcel')`;
/** A policy whose function runs this statement. */
const policy = (
  body: string,
) => `${OWNED}; create function may_see() returns boolean language plpgsql as $$begin ${body}; end$$;
  create policy tenants on parcels using (may_see())`;

/** How every row becomes unreadable, and readable again, while the table stays attached as it should be. */
const CHANGES: Record<string, { readonly breaks: string; readonly repairs: string; readonly reason: RegExp }> = {
  "a cast that reads a table which was dropped": {
    breaks: addMood("perform from public.moods;"),
    repairs: READABLE,
    reason: /no row of public\.parcels can be read: relation "public\.moods" does not exist/,
  },
  "a policy that needs a setting": {
    breaks: `${OWNED}; create policy tenants on parcels using (current_setting('app.tenant')::integer = 1)`,
    repairs: "drop policy tenants on parcels",
    reason: /no row of public\.parcels can be read: unrecognized configuration parameter "app\.tenant"/,
  },
  "a policy that converts an empty setting": {
    breaks: policy("return coalesce(current_setting('app.tenant', true), '')::integer = 1"),
    repairs: "drop policy tenants on parcels",
    reason: /no row of public\.parcels can be read: invalid input syntax for type integer: ""/,
  },
  "a policy that raises": {
    breaks: policy("raise 'no tenant is set'"),
    repairs: "drop policy tenants on parcels",
    reason: /no row of public\.parcels can be read: no tenant is set/,
  },
  "a policy whose assertion fails": {
    breaks: policy("assert false, 'no tenant'; return true"),
    repairs: "drop policy tenants on parcels",
    reason: /no row of public\.parcels can be read: no tenant/,
  },
  "a cast that raises": {
    breaks: addMood("raise 'not yet';"),
    repairs: READABLE,
    reason: /no row of public\.parcels can be read: not yet/,
  },
};

afterEach(() =>
  query("drop table if exists parcels; drop type if exists mood cascade; drop function if exists may_see"),
);

describe("a table of which no row can be read", () => {
  for (const [what, { breaks, repairs, reason }] of Object.entries(CHANGES)) {
    test(`by ${what}: the kind stops with the reason, no attempt is counted, and it resumes`, async () => {
      await query(breaks);
      assert.equal(await claimNext("a"), undefined);
      assert.deepEqual(await query("select from batch.history"), []);
      assert.equal(await poll(), 0);
      assert.match(await problem(), reason);
      assert.equal(await claimNext("b"), undefined);
      await query(repairs);
      assert.equal(await poll(), 3);
      assert.equal(await problem(), "");
      assert.equal((await claimed("c")).attempt, 1);
    });
  }

  test("one such row among others affects only itself", async () => {
    await query(`${MOOD}; update parcels set m = 'odd' where id < 3`);
    assert.equal((await claimed("a")).requestId, "3");
    assert.partialDeepStrictEqual(await attempts(1), [{ status: "DEAD", error: "its row cannot be read: no right" }]);
    assert.equal(await poll(), 1);
  });

  for (const [condition, message, more = ""] of [
    ["io_error", "could not read block 1"],
    ["data_corrupted", "could not read block 1"],
    ["internal_error", "could not read block 1"],
    ["out_of_memory", "out of memory", ", detail = 'Failed on request of size 314572804'"],
  ] as const) {
    test(`a row that the server's disk or memory does not return at that moment is read again later (${condition})`, async () => {
      const raise = `if $1 = 'odd' then raise ${condition} using message = '${message}' ${more}; end if;`;
      await query(`${addMood(raise)}; update parcels set m = 'odd' where id = 1`);
      assert.equal((await claimed("a")).requestId, "2");
      const error = `its row cannot be read: ${message}`;
      assert.partialDeepStrictEqual(await attempts(1), [{ attempt: 1, status: "FAILED", error }]);
      await query(READABLE);
      await query("update batch.queue set available_at = now() where request_id = 1");
      await poll();
      assert.deepEqual((await finishAll()).sort(), [1, 3]);
      assert.partialDeepStrictEqual(await attempts(1), [{ status: "FAILED" }, { attempt: 2, status: "SUCCESS" }]);
    });
  }

  test("memory that all sessions share is used up: no row is to blame, and nothing is recorded", async () => {
    await query(
      addMood("raise out_of_memory using message = 'out of shared memory', hint = 'max_locks_per_transaction';"),
    );
    const pod = database.connect(undefined, { databaseTimeoutSeconds: 0 });
    await assert.rejects(claim(pod, claimParams("a", { kind: "parcel" })), /out of shared memory/);
    assert.deepEqual(await attempts(1), []);
  });

  test("twenty such rows at both ends of the queue affect only themselves, and the one between them runs", async () => {
    await query(`${MOOD}; delete from parcels; insert into parcels (id, m) select n, case when n = 11 then 'fine' else 'odd' end::mood
      from generate_series(1, 21) n`);
    assert.equal((await claimed("a")).requestId, "11");
    assert.equal(await problem(), "");
  });

  test("many requests of which none can be read stop their kind, although finished ones can be read", async () => {
    await succeed(worker, await claimed("a"));
    await query(`${MOOD}; update parcels set m = 'odd' where id > 1;
      insert into parcels (id, m) select n, 'odd' from generate_series(4, 12) n`);
    assert.equal(await claimNext("b"), undefined);
    assert.equal(await poll(), 0);
    assert.match(await problem(), /no row of public\.parcels can be read: no right/);
    assert.deepEqual(await query("select from batch.history where status <> 'SUCCESS'"), []);
    await query("insert into parcels (id) values (13)");
    assert.equal(await poll(), 10);
    assert.equal((await claimed("c")).requestId, "13");
  });

  test("the only row, if it has a value that cannot be converted, affects only itself", async () => {
    await query("delete from parcels where id > 1; alter table parcels alter seconds type numeric");
    await query("select batch.attach('parcels', 'parcel', 'seconds'); update parcels set seconds = 1e400");
    assert.equal(await claimNext("a"), undefined);
    const [attempt] = await attempts(1);
    assert.match(attempt?.error ?? "", /^its row cannot be read: .* is out of range for type double precision/);
  });
});

test("a claim that can neither enqueue rows that no trigger saw nor read any reports why", async () => {
  await query(
    `${policy("if current_user <> session_user and session_user = 'batch_worker' then raise 'hidden'; end if; return true")}`,
  );
  await query("update batch.kind set unqueued_above = 0 where kind = 'parcel'");
  assert.equal(await claimNext("a"), undefined);
  assert.match(await problem(), /no row of public\.parcels can be read: hidden/);
});

test("batch.retry of a request whose row cannot be read names the reason", async () => {
  await query("revoke select on parcels from batch_owner");
  await assert.rejects(query("select batch.retry('parcel', 1)"), {
    message: /^cannot retry parcel 1: batch_owner cannot select from public\.parcels: select batch\.attach/,
  });
});

test("a row with a character that UTF-8 lacks affects only itself: workers could not get it", async () => {
  const windows = await createTestDatabase("template0 encoding 'WIN1252' locale 'C'");
  await migrate(windows.client, noopLog);
  await windows.query(`create table things (id bigint primary key, name text);
    select batch.attach('things', 'thing'); insert into things values (1, chr(129)), (2, 'Käse')`);
  const pod = windows.connect();
  const next = await claim(pod, claimParams("a", { kind: "thing" }));
  assert.deepEqual([next?.requestId, next && parseRow(next.row).name], ["2", "Käse"]);
  const [attempt] = await windows.query<{ error: string }>("select error from batch.history");
  assert.match(
    attempt?.error ?? "",
    /^its row cannot be read: character with byte sequence 0x81 in encoding "WIN1252" has no equivalent in encoding "UTF8"/,
  );
});

for (const [table, create] of [
  ["a table", ""],
  ["a partitioned table", "partition by range (id); create table parcels_all partition of parcels default"],
] as const) {
  test(`a row inserted into ${table} that cannot be read at that moment, after a changed key: it is a request`, async () => {
    await query(`drop table parcels; delete from batch.kind where kind = 'parcel'; delete from batch.queue;
      create table parcels (id bigint primary key) ${create}; select batch.attach('parcels', 'parcel');
      insert into parcels values (1); begin; update parcels set id = 2; revoke select on parcels from batch_owner;
      insert into parcels values (3); grant select on parcels to batch_owner; commit`);
    assert.deepEqual(await queued(), [2, 3]);
  });
}
