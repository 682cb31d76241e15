import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, claimWithReclaim, fail, startAttempt, succeed } from "../../../tests/support/queue.ts";
import { DEFAULT_POD_START_SECONDS, demand } from "./demand.ts";

const database = await createTestDatabase();
const keda = database.connect();

const ask = (more = {}) => demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10, ...more });

const claimed = (jobName: string, more = {}) => startAttempt(database, claimParams(jobName, more));

/** Ages suspicions beyond the time that a worker, or its Job, has to return. */
async function ageSuspicions(): Promise<void> {
  await database.query("update batch.queue set suspected_at = suspected_at - interval '1 hour'");
}

describe("demand", () => {
  beforeEach(() => database.reset());

  test("waiting, running and reserved requests count, finished and DEAD ones do not", async () => {
    await database.insert(5);
    const running = await claimed("running");
    const held = await claimed("held");
    await fail(held.connection, held.attempt, { reason: "error", message: "no", final: false });
    const dead = await claimed("dead");
    await fail(dead.connection, dead.attempt, { reason: "error", message: "no", final: true });
    const done = await claimed("done");
    await succeed(done.connection, done.attempt);
    assert.equal(await ask(), 3);
    await running.connection.close();
  });

  test("a ScaledJob of an earlier version, which does not set podStartSeconds, gets the same default", async () => {
    const [row] = await database.query<{ parameters: string }>(
      "select pg_get_function_arguments(p.oid) as parameters from pg_proc p where p.oid = to_regproc('batch.demand')",
    );
    const last = new RegExp(`p_pod_start_seconds integer DEFAULT ${DEFAULT_POD_START_SECONDS}$`);
    assert.match(row?.parameters ?? "", last);
  });

  const counts = [
    { requests: 0, requestsPerJob: 1, maxReplicaCount: 10, jobs: 0 },
    { requests: 9, requestsPerJob: 1, maxReplicaCount: 10, jobs: 9 },
    { requests: 60, requestsPerJob: 1, maxReplicaCount: 10, jobs: 10 },
    { requests: 60, requestsPerJob: 10, maxReplicaCount: 10, jobs: 6 },
    { requests: 61, requestsPerJob: 10, maxReplicaCount: 10, jobs: 7 },
    { requests: 1, requestsPerJob: 10, maxReplicaCount: 10, jobs: 1 },
  ];
  for (const { requests, requestsPerJob, maxReplicaCount, jobs } of counts) {
    test(`${requests} requests at ${requestsPerJob} a Job, at most ${maxReplicaCount} Jobs: ${jobs}`, async () => {
      await database.insert(requests);
      assert.equal(await ask({ requestsPerJob, maxReplicaCount }), jobs);
    });
  }

  test("kinds are counted separately", async () => {
    await database.insert(3);
    await database.query("create table others (id bigint primary key); select batch.attach('others', 'other')");
    assert.equal(await ask({ kind: "other" }), 0);
  });

  test("a request whose worker is dead is counted twice until it is claimed, in case its own Job is on a lost node", async () => {
    await database.insert(3);
    const { connection } = await claimed("a");
    await connection.close();
    assert.equal(await ask(), 4);
    assert.deepEqual(await database.query("select status from clap"), [{ status: "RUNNING" }]);
    assert.equal(await ask({ maxReplicaCount: 1 }), 2, "one Job that works, and the dead worker's");
    await claimed("a");
    assert.equal(await ask(), 3);
  });

  test("if its Job has not returned in time, the attempt is recorded as crashed, and any Job may claim the request", async () => {
    await database.insert(1);
    const { connection } = await claimed("a");
    await connection.close();
    await ask();
    assert.equal(await claimWithReclaim(database.connect(), claimParams("b")), "reserved");
    await ageSuspicions();
    assert.equal(await ask(), 2, "it still needs a Job besides the lost one");
    const attempts = await database.query("select status, reason from clap_attempt");
    assert.deepEqual(attempts, [{ status: "FAILED", reason: "crashed" }]);
    assert.equal((await claimed("b")).attempt.attempt, 2);
    assert.equal(await ask(), 2, "KEDA still counts the dead worker's Job");
  });

  test("a request reserved for a Job that does not return is free when its reservation expires", async () => {
    await database.insert(1);
    const { connection, attempt } = await claimed("a");
    await fail(connection, attempt, { reason: "error", message: "no", final: false });
    await database.query("update batch.queue set reserved_until = now()");
    assert.equal(await ask(), 1);
    const queued = await database.query("select job_name, reserved_until from batch.queue");
    assert.deepEqual(queued, [{ job_name: null, reserved_until: null }]);
  });

  test("a live worker's attempt is never ended, however old a suspicion is", async () => {
    await database.insert(1);
    await claimed("a");
    await database.query("update batch.queue set suspected_at = now() - interval '1 hour'");
    await ask();
    assert.deepEqual(await database.query("select status from clap"), [{ status: "RUNNING" }]);
  });

  test("a request whose process dies every time is DEAD after crashLimit + 1 attempts, and needs no Job", async () => {
    await database.insert(1);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { connection } = await claimed("a", { crashLimit: 2 });
      await connection.close();
    }
    assert.equal(await ask(), 1, "no further Job for one that will not be retried");
    await ageSuspicions();
    assert.equal(await ask(), 0);
    assert.deepEqual(await database.query("select status, iteration from clap"), [{ status: "DEAD", iteration: 3 }]);
  });
});
