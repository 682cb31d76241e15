import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, reclaim, startAttempt } from "../../../tests/support/queue.ts";
import { parseRow } from "../parseRow.ts";
import { keyValues } from "./attempt.ts";
import { claim, termValues } from "./claim.ts";
import { statement } from "./statement.ts";
import { succeedAndClaim } from "./succeedAndClaim.ts";

const database = await createTestDatabase();

/** A pod that works on the first of the requests, and how it claims the next one. */
async function startFirst(count: number, more: Parameters<typeof claimParams>[1] = {}) {
  await database.insert(count);
  const params = claimParams("a", more);
  return { ...(await startAttempt(database, params)), next: { ...params, jobFinished: 1 } };
}

const ended = () => database.query("select request_id, status, result from batch.history");
const arrivals = async () => (await database.query("select last_value from batch.arrivals_clap"))[0]?.last_value;

describe("succeedAndClaim", () => {
  beforeEach(() => database.reset());

  test("records SUCCESS and claims the next request as claim does, not counted as arriving: the Job was never without one", async () => {
    const { connection, attempt, next } = await startFirst(2);
    const before = await arrivals();
    const got = await succeedAndClaim(connection, attempt, '{"ok": true}', next);
    const { token, ...claimed } = got ?? assert.fail("nothing was claimed");
    assert.deepEqual(parseRow(claimed.row), { id: 2, duration_seconds: 40, failures: 0 });
    const { row, token: _, ...of } = { ...attempt, requestId: "2", jobFinished: 1 };
    assert.deepEqual(claimed, { ...of, row: claimed.row });
    assert.match(token, /^clap:2:1:[0-9a-f-]{36}$/);
    assert.deepEqual(await ended(), [{ request_id: "1", status: "SUCCESS", result: { ok: true } }]);
    assert.equal(await arrivals(), before);
  });

  test("records SUCCESS if nothing is waiting", async () => {
    const { connection, attempt, next } = await startFirst(1);
    assert.equal(await succeedAndClaim(connection, attempt, null, next), undefined);
    assert.deepEqual(await ended(), [{ request_id: "1", status: "SUCCESS", result: null }]);
  });

  test("repeated after a lost answer, it returns the same attempt and counts nothing", async () => {
    const { connection, attempt, next } = await startFirst(3);
    const lost = await succeedAndClaim(connection, attempt, null, next);
    const before = await arrivals();
    assert.ok(lost);
    assert.deepEqual(await succeedAndClaim(connection, attempt, null, next), lost);
    assert.equal(await arrivals(), before);
    assert.equal((await ended()).length, 1);
  });

  test("claims the next request of a program that has finished the last one", async () => {
    const { connection, attempt, next } = await startFirst(2);
    await database.query("select batch.finish($1)", [attempt.token]);
    assert.equal((await succeedAndClaim(connection, attempt, null, next))?.requestId, "2");
    assert.deepEqual(await ended(), [{ request_id: "1", status: "SUCCESS", result: null }]);
  });

  test("records SUCCESS even if the claim fails, and keeps the connection for the next claim", async () => {
    const { connection, attempt, next } = await startFirst(2);
    connection.onDisconnect = () => assert.fail("the session lock was lost");
    const other = await database.open();
    await other.query("begin; lock make_it_clap in access exclusive mode");
    assert.equal(await succeedAndClaim(connection, attempt, null, next), undefined);
    await other.query("rollback");
    assert.equal((await ended()).length, 1);
    assert.equal((await claim(connection, next))?.requestId, "2");
  });

  test("claims the request after one whose row raises an assertion of the table's owner", async () => {
    await database.query(`
      create type mood as enum ('fine', 'bad');
      create function read_mood(mood) returns json language plpgsql as $$begin assert $1 = 'fine'; return '"fine"'; end$$;
      create cast (mood as json) with function read_mood(mood);
      create table visitor (id bigint primary key, mood mood); select batch.attach('visitor', 'visitor');
      insert into visitor values (1, 'fine'), (2, 'bad'), (3, 'fine')`);
    const params = claimParams("a", { kind: "visitor" });
    const { connection, attempt } = await startAttempt(database, params);
    const next = await succeedAndClaim(connection, attempt, null, { ...params, jobFinished: 1 });
    assert.equal(next?.requestId, "3");
    assert.deepEqual((await ended()).map(({ status }) => status).sort(), ["DEAD", "SUCCESS"]);
  });

  test("the Job's other pod finds the Job's request locked, before the commit and after it, and claims no other", async () => {
    const lease = { leaseSeconds: 30 };
    const { attempt, next } = await startFirst(3, lease);
    const client = await database.open();
    await client.query("begin");
    const values = [...keyValues(attempt), null, next.podName, ...termValues(next)];
    await client.query(statement("succeed_and_claim").text, values);
    const other = database.connect();
    for (const then of ["commit", "select"]) {
      assert.equal(await claim(other, claimParams("a", lease)), undefined);
      assert.deepEqual(await reclaim(other, claimParams("a", lease), true), { finding: "locked", holder: null });
      await client.query(then);
    }
    const queued = await database.query("select request_id from batch.queue where job_name = 'a'");
    assert.deepEqual(queued, [{ request_id: "2" }]);
  });

  test("leaves rows that no trigger saw to the next claim, so that many of them delay no record", async () => {
    const { connection, attempt, next } = await startFirst(1);
    await database.query("alter table make_it_clap disable trigger all; insert into make_it_clap values (2, 1)");
    await database.query("alter table make_it_clap enable trigger all");
    await database.query("update batch.kind set unqueued_above = -9223372036854775808 where kind = 'clap'");
    assert.equal(await succeedAndClaim(connection, attempt, null, next), undefined);
    assert.equal((await claim(connection, next))?.requestId, "2");
  });
});
