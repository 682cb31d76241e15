import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type ClaimParams, claim, claimParams, ERROR, fail, succeedAndClaim, take } from "../support/queue.ts";

/** A database with a request of kind clap, and one of kind slow, whose table has a column of timeouts. */
async function createDatabase() {
  const database = await createTestDatabase();
  await database.query("create table slow (id bigint primary key, seconds double precision)");
  await database.query("select batch.attach('slow', 'slow', 'seconds')");
  await database.query("insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 2)");
  await database.query("insert into slow values (1, 7), (2, 0)");
  return { database, connection: database.connect() };
}

/** Claims an ordinary request. */
const ORDINARY: Readonly<Record<string, (context: Awaited<ReturnType<typeof createDatabase>>) => Promise<unknown>>> = {
  "the first attempt": ({ connection }) => take(connection, "a"),
  "with a lease": ({ connection }) => take(connection, "a", { leaseSeconds: 30 }),
  "with a timeout": ({ connection }) => take(connection, "a", { timeoutSeconds: 5 }),
  "with the row's own timeout": ({ connection }) => take(connection, "a", { kind: "slow", timeoutSeconds: 5 }),
  "with the row's own timeout of 0, which is none": async ({ connection }) => {
    await take(connection, "a", { kind: "slow" });
    return await take(connection, "b", { kind: "slow", timeoutSeconds: 5 });
  },
  "after an error, by another Job": async ({ database, connection }) => {
    const failed = await take(connection, "a");
    await fail(connection, failed, ERROR);
    await database.query("update batch.queue set reserved_until = now() where request_id = $1", [failed.requestId]);
    await database.query("select batch.demand('clap', 1, 10)");
    return await take(connection, "b");
  },
  "the Job's next request": async ({ connection }) => {
    const params: ClaimParams = claimParams("a");
    return await succeedAndClaim(connection, await take(connection, "a", params), null, { ...params, jobFinished: 1 });
  },
};

/** What differs between two databases in which the same has happened. */
const INDIVIDUAL = /_xid$|_at$|_until$|^token$|^session_id$/;

async function queueAfter(ordinary: keyof typeof ORDINARY, change: string): Promise<unknown> {
  const context = await createDatabase();
  await context.database.query(change);
  const claimed = (await ORDINARY[ordinary]?.(context)) as Record<string, unknown>;
  const rows = await context.database.query(`
    select *, (deadline_at - started_at)::text as limit, (lease_until - started_at)::text as lease
    from batch.queue order by kind, request_id`);
  const known = rows.map((row) =>
    Object.entries(row).map(([name, value]) => [name, INDIVIDUAL.test(name) ? value !== null : value]),
  );
  return { known, claimed: { ...claimed, session: 0, token: 0 } };
}

const SIGNATURE =
  "(text, text, text, integer, integer[], double precision, double precision, double precision, integer, boolean, boolean)";
const SLOW_PATH_SIGNATURE = SIGNATURE.replace(")", ", bigint, timestamptz)");

/** Whatever batch.claim() is asked, batch.claim_slow_path() answers. */
const SLOW_PATH_ONLY = `do $$ begin execute replace(
  pg_get_functiondef('batch.claim${SIGNATURE}'::regprocedure), 'if kind_row.may_claim then', 'if false then'); end $$`;

describe("the fast path of a claim", () => {
  for (const ordinary of Object.keys(ORDINARY)) {
    test(`${ordinary}: the fast path claims as the slow path does, without calling it`, async () => {
      const fast = await queueAfter(ordinary, `drop function batch.claim_slow_path${SLOW_PATH_SIGNATURE}`);
      assert.deepEqual(fast, await queueAfter(ordinary, SLOW_PATH_ONLY));
    });
  }

  test("a claim that needs the slow path counts as one arrival", async () => {
    const { database, connection } = await createDatabase();
    await database.query("update batch.queue set canceled = 'no longer needed' where kind = 'clap' and request_id = 1");
    assert.equal((await take(connection, "a")).requestId, "2");
    const [arrivals] = await database.query("select last_value, is_called from batch.arrivals_clap");
    assert.deepEqual(arrivals, { last_value: "1", is_called: true });
  });

  test("a request whose claim was rolled back is the oldest again, also while an older transaction is open", async () => {
    const { database, connection } = await createDatabase();
    const older = await database.begin("select pg_current_xact_id()");
    await database.query("begin; select from batch.queue where request_id = 1 for update; rollback");
    assert.equal((await take(connection, "a")).requestId, "1");
    await older.end();
  });

  test("a request on which several transactions had a lock is claimed at the latest when no other waits", async () => {
    const { database, connection } = await createDatabase();
    const both = [await database.open(), await database.open()];
    for (const one of both) await one.query("begin; select from batch.queue where request_id = 1 for share");
    for (const one of both) await one.query("rollback");
    const claimed = [await take(connection, "a"), await take(connection, "b")].map(({ requestId }) => requestId);
    assert.deepEqual(claimed.sort(), ["1", "2"]);
    for (const one of both) await one.end();
  });

  test("a request that another session has locked is passed over", async () => {
    const { database, connection } = await createDatabase();
    const other = await database.begin("select from batch.queue where request_id = 1 for update");
    assert.equal((await take(connection, "a")).requestId, "2");
    assert.equal(await claim(connection, claimParams("b")), undefined);
    await other.end();
  });
});
