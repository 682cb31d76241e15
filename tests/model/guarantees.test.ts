import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { someHistory, someSettings } from "./history.ts";
import { isOver, progress } from "./progress.ts";
import { comesToAnEnd, createsFewJobs, isSound, regainsItsJobs } from "./properties.ts";
import { DESIGN } from "./rules.ts";
import type { World } from "./world.ts";
import { lookedAt, worldAfter } from "./worldAfter.ts";

/** Runs without harm, one request a Job. */
const CALM = [
  someSettings({ requestsPerJob: 1 }),
  someHistory({ harm: false, rollouts: someSettings({ requestsPerJob: 1 }) }),
] as const;

/** Runs without harm, several requests a Job, and no Job fails: the next would begin a new R with what it leaves. */
const SEVERAL = [
  someSettings({ backoffLimit: 80 }),
  someHistory({ harm: false, drains: false, works: ["succeeds", "throws"] }),
] as const;

/** Jobs that never claimed a request, and ended as if they had. */
function idleJobs({ jobs, busy }: World): number {
  return [...jobs.values()].filter(({ status, name }) => status === "Complete" && !busy.has(name)).length;
}

describe("whatever has happened (crashes, lost nodes, deleted Jobs, drains, database restarts, rollouts, late looks)", () => {
  after(() => console.log(`# ${lookedAt.runs} runs, ${lookedAt.states} states`));

  test("one pod may write, attempts and budgets are kept to, and a request has one end, in every state", () => {
    fc.assert(isSound(DESIGN), { seed: 6, numRuns: 20_000 });
  });

  test("every request comes to its end, and every Job to its own, within 10 minutes of fair progress", (t) => {
    let longest = 0;
    const property = comesToAnEnd(DESIGN, (seconds) => {
      longest = Math.max(longest, seconds);
    });
    fc.assert(property, { seed: 1, numRuns: 4_000 });
    t.diagnostic(`the longest took ${longest} s`);
  });

  test("unfinished Jobs return to min(maxReplicaCount, unfinished requests) by themselves, within 10 minutes", () => {
    fc.assert(regainsItsJobs(DESIGN), { seed: 2, numRuns: 1_500 });
  });

  test("with no insert, at most two Jobs are created for each request and each attempt that its budgets grant", () => {
    fc.assert(createsFewJobs(DESIGN), { seed: 4, numRuns: 6_000 });
  });
});

describe("without crashes, lost nodes, deleted Jobs, database restarts, and as long as no Job outlives its request", () => {
  test("unfinished Jobs = min(maxReplicaCount, unfinished requests) at every quiet moment", (t) => {
    const seen = { moreRequestsThanJobs: 0, jobsInBackOff: 0, failedJobs: 0, drainedPods: 0 };
    const property = fc.property(...CALM, (settings, events) => {
      let jobs = 0;
      worldAfter(DESIGN, settings, events, (world, [what]) => {
        const { queue, unfinished } = world;
        // A lowered maxReplicaCount ends no Job.
        const most = Math.max(world.settings.maxReplicaCount, jobs);
        jobs = unfinished.length;
        if (what !== "poll" || !world.quiet || world.outlived) return;
        if (queue.rows.size > jobs) seen.moreRequestsThanJobs++;
        if (unfinished.some((job) => job.failedPods > 0 && !job.activePod)) seen.jobsInBackOff++;
        if ([...world.jobs.values()].some(({ status }) => status === "Failed")) seen.failedJobs++;
        if ([...world.pods.values()].some(({ deletedAt }) => deletedAt !== undefined)) seen.drainedPods++;
        assert.equal(jobs, Math.min(most, queue.rows.size));
      });
    });
    fc.assert(property, { seed: 5, numRuns: 20_000 });
    t.diagnostic(JSON.stringify(seen));
    for (const [what, moments] of Object.entries(seen)) assert.ok(moments > 500, `quiet moments with ${what}`);
  });

  test("no Job is idle", (t) => {
    let looked = 0;
    const property = fc.property(...CALM, (settings, events) => {
      const world = worldAfter(DESIGN, settings, events);
      progress(world, { seconds: 3_600, done: () => isOver(world) });
      if (world.outlived) return;
      assert.equal(idleJobs(world), 0);
      looked++;
    });
    fc.assert(property, { seed: 3, numRuns: 10_000 });
    t.diagnostic(`${looked} runs`);
    assert.ok(looked > 2_000);
  });

  test("at R requests a Job, a look fills up to min(maxReplicaCount, ceil(unfinished / R)) Jobs; if no Job fails, none is idle", () => {
    const property = fc.property(...SEVERAL, (settings, events) => {
      const { maxReplicaCount, requestsPerJob } = settings;
      let jobs = 0;
      const world = worldAfter(DESIGN, settings, events, ({ unfinished, queue }, [what]) => {
        const wanted = Math.min(maxReplicaCount, Math.ceil(queue.rows.size / requestsPerJob));
        if (what === "poll") assert.equal(unfinished.length, Math.max(jobs, wanted));
        jobs = unfinished.length;
      });
      progress(world, { seconds: 3_600, done: () => isOver(world) });
      assert.equal(idleJobs(world), 0);
    });
    fc.assert(property, { seed: 7, numRuns: 5_000 });
  });
});
