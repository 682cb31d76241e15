import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, claimWithReclaim, fail, startAttempt, succeed } from "../../../tests/support/queue.ts";
import { EXHAUSTIVE } from "../../../tests/support/sample.ts";
import { parseRow } from "../parseRow.ts";
import { claim } from "./claim.ts";

const MANY = EXHAUSTIVE ? 10_000 : 1_000;

const database = await createTestDatabase();

/** A pod of this Job that claims a request. */
const start = (jobName: string) => startAttempt(database, claimParams(jobName));

/** What a pod of this Job finds, on a connection of its own. */
const find = (jobName: string) => claimWithReclaim(database.connect(), claimParams(jobName));

describe("claim", () => {
  beforeEach(() => database.reset());

  test("an empty queue yields no claim", async () => {
    assert.equal(await find("a"), undefined);
  });

  test("the oldest request is claimed first, with its attempt counted and its row", async () => {
    await database.insert(2);
    const { attempt: first } = await start("a");
    assert.equal(first.requestId, "1");
    assert.equal(first.attempt, 1);
    assert.deepEqual(parseRow(first.row), { id: 1, duration_seconds: 40, failures: 0 });
    assert.equal((await start("b")).attempt.requestId, "2");
    assert.equal(await find("c"), undefined);
  });

  test("a claim whose answer was lost may be repeated: the same attempt, counted once", async () => {
    await database.insert(2);
    const params = claimParams("a");
    const { connection, attempt } = await startAttempt(database, params);
    assert.deepEqual(await claim(connection, params), attempt);
    await connection.close();
    assert.deepEqual((await startAttempt(database, params)).attempt, attempt);
  });

  test("the time for the work begins again with a repeated claim, since its answer starts the work", async () => {
    await database.insert(1);
    const params = claimParams("a", { timeoutSeconds: 60 });
    const { connection, attempt } = await startAttempt(database, params);
    await database.query("update batch.queue set deadline_at = deadline_at - interval '50 s'");
    assert.equal((await claim(connection, params))?.timeoutSeconds, attempt.timeoutSeconds);
    const [left] = await database.query("select deadline_at > now() + interval '30 s' as whole from batch.queue");
    assert.deepEqual(left, { whole: true });
  });

  test("a claim that is repeated after its request was canceled ends that, and claims the next", async () => {
    await database.insert(2);
    const params = claimParams("a");
    const { connection } = await startAttempt(database, params);
    await database.query("select batch.cancel('clap', 1, 'not needed')");
    assert.equal((await claim(connection, params))?.requestId, "2");
    assert.deepEqual(await database.query("select request_id, attempt, status, reason, error from batch.history"), [
      { request_id: "1", attempt: 1, status: "DEAD", reason: "canceled", error: "not needed" },
    ]);
    assert.deepEqual(await database.query("select failures from batch.job"), []);
  });

  test("the next pod of the same Job gets the same request, whatever was inserted meanwhile, and no other Job does", async () => {
    await database.insert(2);
    const { connection, attempt: first } = await start("a");
    await fail(connection, first, { reason: "error", message: "no", final: false });
    await connection.close();
    assert.equal((await start("b")).attempt.requestId, "2");
    assert.equal(await find("c"), "reserved");
    const { attempt: again } = await start("a");
    assert.equal(again.requestId, first.requestId);
    assert.equal(again.attempt, 2);
    assert.deepEqual(await database.query("select failures from batch.job where job_name = 'a'"), [{ failures: 1 }]);
  });

  test("the Job's next pod waits while the previous one lives; once that is dead, its attempt is recorded as crashed", async () => {
    await database.insert(1);
    const { connection } = await start("a");
    assert.equal(await find("a"), "locked");
    await connection.close();
    assert.equal((await start("a")).attempt.attempt, 2);
    const attempts = await database.query("select attempt, status, reason from clap_attempt order by attempt");
    assert.deepEqual(attempts, [
      { attempt: 1, status: "FAILED", reason: "crashed" },
      { attempt: 2, status: "RUNNING", reason: null },
    ]);
  });

  test("a deleted Job's request is free for others once its next pod should have started long ago", async () => {
    await database.insert(1);
    const { connection, attempt } = await start("a");
    await fail(connection, attempt, { reason: "error", message: "no", final: false });
    const [held] = await database.query<{ seconds: string }>(
      "select extract(epoch from reserved_until - now())::integer as seconds from batch.queue",
    );
    assert.equal(held?.seconds, 30, "10 s of back-off and 20 s to start");
    await database.query("update batch.queue set reserved_until = now()");
    assert.equal((await start("b")).attempt.attempt, 2);
    assert.equal(await find("a"), undefined, "the previous Job finds no request reserved for it");
  });

  test("a Job's last pod leaves its request free at once", async () => {
    await database.insert(1);
    await database.query("insert into batch.job values ('clap', 'a', 4, 0)");
    const { connection, attempt } = await start("a");
    await fail(connection, attempt, { reason: "error", message: "no", final: false });
    assert.equal((await start("b")).attempt.attempt, 2);
  });

  test(`100 claimants on ${MANY} requests: ${MANY} different owners, no error`, { timeout: 120_000 }, async () => {
    await database.insert(MANY);
    const owners = new Map<string, string>();
    await Promise.all(
      Array.from({ length: 100 }, async (_, worker) => {
        const connection = database.connect();
        for (let turn = 0; ; turn++) {
          const params = claimParams(`job-${worker}-${turn}`);
          const claimed = await claim(connection, params);
          if (claimed === undefined) break;
          const { requestId } = claimed;
          assert.equal(owners.has(requestId), false, `request ${requestId} must have one owner`);
          owners.set(requestId, params.jobName);
          await succeed(connection, claimed);
        }
        await connection.close();
      }),
    );
    assert.equal(owners.size, MANY);
    assert.equal(new Set(owners.values()).size, MANY);
  });

  for (const limits of [
    "null",
    "'{}'",
    "'{4,4,100}'",
    "'{4,4,100,null}'",
    "'{4,4,100,100,1}'",
    "'{{4,4},{100,100}}'",
    "'{4,-1,100,100}'",
  ]) {
    test(`limits that are ${limits} are refused before anything is claimed`, async () => {
      await database.insert(1);
      const values = `'clap', 'a', 'a-1', 1, ${limits}::integer[], 10, null, null, 0, true`;
      await assert.rejects(database.query(`select * from batch.claim(${values})`), {
        code: "22023",
        message: /^p_limits must be 4 numbers of 0 or more .*; got /,
      });
      const untouched = [{ job_name: null, attempt: 0 }];
      assert.deepEqual(await database.query("select job_name, attempt from batch.queue"), untouched);
    });
  }
});
