import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimParams, startAttempt } from "../../../tests/support/claim.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { parseRow } from "../parseRow.ts";
import { claim } from "./claim.ts";
import { succeed } from "./succeed.ts";
import { succeedAndClaim } from "./succeedAndClaim.ts";

const database = await createTestDatabase();

/** A pod that works on the first of the requests, and how it claims the next one. */
async function startFirst(count: number) {
  await database.query("insert into make_it_clap (duration_seconds) select 40 from generate_series(1, $1::integer)", [
    count,
  ]);
  const params = claimParams("a");
  return { ...(await startAttempt(database, params)), next: { ...params, jobFinished: 1 } };
}

const ended = () => database.query("select request_id, status, result from batch.history");
const arrivals = async () => (await database.query("select last_value from batch.arrivals_clap"))[0]?.last_value;

describe("succeedAndClaim", () => {
  beforeEach(() => database.reset());

  test("records SUCCESS and claims the next request as claim does, counted as arriving", async () => {
    const { connection, attempt, next } = await startFirst(2);
    const before = Number(await arrivals());
    const recorded = await succeedAndClaim(connection, attempt, '{"ok": true}', next);
    const { token, ...claimed } = recorded?.next ?? assert.fail("nothing was claimed");
    assert.deepEqual(parseRow(claimed.row), { id: 2, duration_seconds: 40, failures: 0 });
    const { row, token: _, ...of } = { ...attempt, requestId: "2", jobFinished: 1 };
    assert.deepEqual(claimed, { ...of, row: claimed.row });
    assert.match(token, /^clap:2:1:[0-9a-f-]{36}$/);
    assert.deepEqual(await ended(), [{ request_id: "1", status: "SUCCESS", result: { ok: true } }]);
    assert.equal(Number(await arrivals()), before + 1);
  });

  test("records SUCCESS where nothing is waiting", async () => {
    const { connection, attempt, next } = await startFirst(1);
    assert.deepEqual(await succeedAndClaim(connection, attempt, null, next), { next: undefined });
    assert.deepEqual(await ended(), [{ request_id: "1", status: "SUCCESS", result: null }]);
  });

  test("changes nothing when the attempt has ended, and claims nothing", async () => {
    const { connection, attempt, next } = await startFirst(2);
    await succeed(connection, attempt);
    assert.equal(await succeedAndClaim(connection, attempt, null, next), undefined);
    assert.deepEqual(await database.query("select request_id, job_name from batch.queue"), [
      { request_id: "2", job_name: null },
    ]);
  });

  test("is found out by succeed and claim when its answer was lost", async () => {
    const { connection, attempt, next } = await startFirst(3);
    const lost = await succeedAndClaim(connection, attempt, null, next);
    await succeed(connection, attempt);
    assert.deepEqual(await claim(connection, next), lost?.next);
  });
});
