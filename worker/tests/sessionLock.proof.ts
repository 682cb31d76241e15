import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Pod, startPod } from "../../simulator/pod.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { claimParams, claimWithReclaim, demand, succeed } from "../../tests/support/queue.ts";
import { percentile } from "../../tests/support/samples.ts";
import { until } from "../../tests/support/until.ts";

const KILLS = 200;
const AT_ONCE = 4;
const ASK_MS = 2;

const database = await createTestDatabase();
const alive = new Set<Pod>();
after(() => {
  for (const pod of alive) pod.kill("SIGKILL");
});

/** Milliseconds from a worker's SIGKILL until a pod of its Job, which is there already, has claimed its request. */
async function killAndClaim(jobName: string): Promise<number> {
  const next = database.connect();
  await demand(next, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10 });
  const pod = startPod(`${jobName}-pod-0`, { ...database.env, JOB_NAME: jobName });
  alive.add(pod);
  await until("the worker has claimed", () => pod.outputTail().includes('"started"'));
  const who = claimParams(jobName);
  const killedAt = performance.now();
  pod.kill("SIGKILL");
  let got = await claimWithReclaim(next, who);
  while (typeof got !== "object") {
    await sleep(ASK_MS);
    got = await claimWithReclaim(next, who);
  }
  const took = performance.now() - killedAt;
  assert.equal(got.attempt, 2);
  await succeed(next, got);
  await next.close();
  await pod.ended;
  alive.delete(pod);
  return took;
}

test("200 processes are killed: 99 of 100 requests are claimed by their Job's next pod within a second", {
  timeout: 120_000,
}, async (t) => {
  await database.query("insert into make_it_clap (duration_seconds) select 600 from generate_series(1, $1::integer)", [
    KILLS,
  ]);
  const took: number[] = [];
  let jobs = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (jobs < KILLS) took.push(await killAndClaim(`job-${jobs++}`));
    }),
  );
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => `${percentile(took, share).toFixed(1)} ms`);
  t.diagnostic(`SIGKILL to claimed, ${took.length} processes: p50 ${p50}, p99 ${p99}, most ${most}`);
  assert.ok(percentile(took, 0.99) <= 1_000);
});
