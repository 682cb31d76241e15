import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, type DemandParams, demand, reclaim, startAttempt } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const keda = database.connect();

/** A poll after so many seconds, in which nothing else happened. */
async function pollAfter(seconds: number, maxReplicaCount = 10, more: Partial<DemandParams> = {}): Promise<number> {
  await query(
    `update batch.scaling set polled_at = polled_at - $1 * interval '1 second',
       limited_until = limited_until - $1 * interval '1 second',
       expected_since = array(select since - $1 * interval '1 second' from unnest(expected_since) since)`,
    [seconds],
  );
  return await demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount, ...more });
}

async function polls(seconds: number, count: number, maxReplicaCount = 10): Promise<number[]> {
  const answers: number[] = [];
  while (answers.length < count) answers.push(await pollAfter(seconds, maxReplicaCount));
  return answers;
}

const insert = (count: number) =>
  query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, $1::integer)", [count]);

describe("Jobs that KEDA counts and that do no work", () => {
  beforeEach(() => database.reset());

  test("are presumed, one for each claim that is missing after 44 s", async () => {
    await insert(2);
    const answers = [await pollAfter(0), ...(await polls(5, 10))];
    assert.deepEqual(answers.slice(0, 9), Array(9).fill(2));
    assert.equal(answers[9], 4, String(answers));
  });

  for (const [podStartSeconds, after] of [
    [10, 15],
    [40, 45],
    [600, 605],
  ] as const) {
    test(`are presumed after ${after} s if a pod may take ${podStartSeconds} s to start, even if a pod has failed`, async () => {
      await insert(2);
      await query("insert into batch.job values ('clap', 'lost', 1, 0)");
      let jobs = await pollAfter(0, 10, { podStartSeconds });
      const began = performance.now();
      let passed = 0;
      for (; jobs === 2 && passed < after; passed += 5) jobs = await pollAfter(5, 10, { podStartSeconds });
      assert.equal(jobs, 12);
      // A slow machine's polls take seconds themselves.
      const most = passed + (performance.now() - began) / 1_000;
      assert.ok(most >= after - 1, `not before ${after - 1} s; got ${most}`);
    });
  }

  for (const [podStartSeconds, after] of [
    [10, 15],
    [40, 15],
    [100, 75],
  ] as const) {
    test(`are presumed after ${after} s while a worker is suspected, if a pod may take ${podStartSeconds} s to start`, async () => {
      await insert(2);
      await pollAfter(0, 10, { podStartSeconds });
      const { connection } = await startAttempt(database, claimParams("dead"));
      await connection.close();
      const answers: number[] = [];
      while (answers.length * 5 <= after) answers.push(await pollAfter(5, 10, { podStartSeconds }));
      assert.deepEqual(new Set(answers.slice(0, -1)), new Set([3]), String(answers));
      assert.ok((answers.at(-1) ?? 0) > 3, String(answers));
    });
  }

  for (const interval of [5, 30]) {
    test(`are presumed to be maxReplicaCount if a pod has failed: a Job within 2 minutes, with a poll every ${interval} s`, async () => {
      await insert(2);
      await query("insert into batch.job values ('clap', 'lost', 1, 0)");
      const answers = [await pollAfter(0), ...(await polls(interval, Math.floor(75 / interval)))];
      assert.equal(answers.at(-1), 12, String(answers));
    });
  }

  test("are none while Jobs arrive", async () => {
    await insert(60);
    await pollAfter(0, 10);
    for (let poll = 1; poll <= 10; poll++) {
      await startAttempt(database, claimParams(`job-${poll}`));
      assert.equal(await pollAfter(4, 10), 10);
    }
  });

  /** Lets the next Jobs claim a request each; their workers live. */
  async function arrive(count: number): Promise<void> {
    await query("select nextval('batch.arrivals_clap') from generate_series(1, $1::integer)", [count]);
    await query(
      `update batch.queue
       set attempt = 1, job_name = 'job-' || request_id, pod_name = 'pod', session_id = request_id, claimed_xid = pg_current_xact_id(),
         lease_until = now() + interval '1 hour', created_at = now(), started_at = now(), crash_limit = 4
       where request_id in (select request_id from batch.queue where job_name is null order by request_id limit $1)`,
      [count],
    );
  }

  test("are none while Kubernetes creates a thousand pods, six a second, and as many as are missing when it stops", async () => {
    await query("insert into batch.job values ('clap', 'lost', 1, 0)");
    await insert(1_000);
    const answers = [await pollAfter(0, 1_000)];
    for (let poll = 1; poll <= 30; poll++) {
      await arrive(30);
      answers.push(await pollAfter(5, 1_000));
    }
    assert.deepEqual(new Set(answers), new Set([1_000]));
    assert.ok((await polls(5, 20, 1_000)).some((answer) => answer > 1_000));
  });

  test("are none after KEDA was down: the Jobs of its first poll have not had time to start", async () => {
    await insert(2);
    await polls(5, 3);
    assert.equal(await pollAfter(600), 2);
    assert.equal(await pollAfter(5), 2);
  });

  test("are one fewer for each Job that finds nothing to do", async () => {
    await insert(2);
    await pollAfter(0);
    assert.equal((await polls(5, 9)).at(-1), 4);
    await startAttempt(database, claimParams("a"));
    await startAttempt(database, claimParams("b"));
    const idle = claimParams("c");
    assert.equal(await claim(keda, idle), undefined);
    assert.equal(await reclaim(keda, idle, true), undefined);
    assert.deepEqual(await query("select absent_jobs from batch.scaling where kind = 'clap'"), [{ absent_jobs: 1 }]);
  });

  test("cost no Job if nothing is to be done", async () => {
    await insert(2);
    await polls(5, 20);
    await query("delete from make_it_clap");
    assert.equal(await pollAfter(5), 0);
  });

  test("let no more than maxReplicaCount requests run", async () => {
    await insert(5);
    for (let poll = 0; poll < 6; poll++) await pollAfter(20, 2);
    for (const jobName of ["a", "b"]) await startAttempt(database, claimParams(jobName));
    assert.equal(await claim(database.connect(), claimParams("c")), undefined);
  });
});
