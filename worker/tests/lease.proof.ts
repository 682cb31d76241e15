import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";
import { demand } from "../src/queue/demand.ts";

const LEASE = { LEASE_SECONDS: "1", BACKOFF_SECONDS: "0.1" };

const LOCKS = `select from pg_locks l join pg_database d on d.oid = l.database
  where d.datname = current_database() and locktype = 'advisory'`;

/** A database with one clap, a worker with a lease that is at work on it, and a poll of the scaling query, as KEDA's. */
async function start(t: TestContext, durationSeconds: number) {
  const database = await createTestDatabase();
  const workers = createWorkers(database);
  t.after(workers.end);
  await workers.insert(durationSeconds);
  const pod = workers.start("a", LEASE);
  await workers.handlerRunning(pod);
  const keda = database.connect();
  const poll = () => demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10 });
  const attempts = () => database.query("select attempt, status, reason, job_name from clap_attempt order by attempt");
  return { database, workers, pod, poll, attempts };
}

describe("a worker with a lease", { timeout: 120_000 }, () => {
  test("keeps its request for as long as it works, run once, and takes no session lock", async (t) => {
    const { database, workers, pod, poll, attempts } = await start(t, 4);
    const rival = workers.start("a", LEASE);
    const leases = new Set<string>();
    let locks = 0;
    await until("it has ended", async () => {
      await poll();
      for (const { lease } of await database.query("select lease_until::text as lease from batch.queue"))
        leases.add(lease);
      locks += (await database.query(LOCKS)).length;
      return (await database.query("select from batch.history")).at(0);
    });
    assert.deepEqual(await Promise.all([pod.ended, rival.ended]), [0, 0]);
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS", reason: null, job_name: "a" }]);
    assert.ok(leases.size > 8, `renewed three times a second; got ${leases.size} leases`);
    assert.equal(locks, 0);
  });

  describe("that is dead", { concurrency: true }, () => {
    test("by SIGKILL leaves its request free when its lease expires, and not before", async (t) => {
      const { database, workers, pod } = await start(t, 60);
      pod.kill("SIGKILL");
      await pod.ended;
      const [{ lease } = {}] = await database.query("select lease_until::text as lease from batch.queue");
      workers.start("a", LEASE);
      await workers.running(2);
      const [{ late } = {}] = await database.query(
        "select extract(epoch from started_at - $1::timestamptz)::double precision as late from batch.queue",
        [lease],
      );
      assert.ok(late > 0 && late < 5, `claimed ${late} s after the lease was over`);
    });

    test("by SIGSTOP is recorded as crashed by the scaling query, and fenced when it continues", async (t) => {
      const { database, workers, pod: zombie, poll, attempts } = await start(t, 1);
      zombie.kill("SIGSTOP");
      await until("any Job may claim its request", async () => {
        await poll();
        return (await database.query("select from batch.queue where job_name is null")).at(0);
      });
      assert.equal(await workers.start("b", LEASE).ended, 0);
      const left = await database.query("table batch.history");
      zombie.kill("SIGCONT");
      assert.equal(await zombie.ended, 3);
      assert.match(zombie.outputTail(), /is owned by another worker or has already ended/);
      assert.deepEqual(await database.query("table batch.history"), left);
      assert.deepEqual(await attempts(), [
        { attempt: 1, status: "FAILED", reason: "crashed", job_name: "a" },
        { attempt: 2, status: "SUCCESS", reason: null, job_name: "b" },
      ]);
    });
  });
});
