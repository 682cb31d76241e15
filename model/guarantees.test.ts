import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { checkState } from "./checks.ts";
import { type Event, happen, someHistory, someSettings } from "./history.ts";
import { isOver, progress } from "./progress.ts";
import type { ModelSettings } from "./settings.ts";
import { World } from "./world.ts";

const HARM = { harm: true, rollouts: someSettings() };

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

let runs = 0;
let states = 0;

/** The world after a history, looked at after every event. */
function worldAfter(
  settings: ModelSettings,
  history: readonly Event[],
  look?: (world: World, event: Event) => void,
): World {
  const world = new World(settings);
  const all = [settings];
  runs++;
  for (const event of history) {
    if (event[0] === "rollout") all.push(event[1]);
    happen(world, event);
    states++;
    checkState(world, all);
    look?.(world, event);
  }
  return world;
}

/** Jobs that never claimed a request, and ended as if they had. */
function idleJobs({ jobs, busy }: World): number {
  return [...jobs.values()].filter(({ status, name }) => status === "Complete" && !busy.has(name)).length;
}

describe("whatever has happened (crashes, lost nodes, deleted Jobs, drains, database restarts, rollouts, late looks)", () => {
  after(() => console.log(`# ${runs} runs, ${states} states`));

  test("one pod may write, attempts and budgets are kept to, and a request has one end, in every state", () => {
    const property = fc.property(
      someSettings(),
      someHistory(HARM),
      (settings, history) => void worldAfter(settings, history),
    );
    fc.assert(property, { seed: 6, numRuns: 20_000 });
  });

  test("every request comes to its end, and every Job to its own, within 10 minutes of fair progress", (t) => {
    const LONGEST = 600;
    let longest = 0;
    const property = fc.property(someSettings(), someHistory(HARM), (settings, history) => {
      const world = worldAfter(settings, history);
      const seconds = progress(world, { seconds: LONGEST, done: () => isOver(world) });
      longest = Math.max(longest, seconds);
      assert.ok(isOver(world));
    });
    fc.assert(property, { seed: 1, numRuns: 4_000 });
    t.diagnostic(`the longest took ${longest} s`);
  });

  test("unfinished Jobs return to min(maxReplicaCount, unfinished requests) by themselves, within 10 minutes", () => {
    const settings = someSettings({ requestsPerJob: 1 });
    const property = fc.property(settings, someHistory({ harm: true, rollouts: settings }), (first, history) => {
      const world = worldAfter(first, history);
      // A lowered maxReplicaCount ends no Job.
      const most = Math.max(world.settings.maxReplicaCount, world.unfinished.length);
      progress(world, { seconds: 600, work: () => "goesOn" });
      const jobs = world.unfinished.length;
      const requests = world.queue.rows.size;
      assert.ok(jobs <= Math.min(most, requests) && jobs >= Math.min(world.settings.maxReplicaCount, requests));
      assert.equal(world.running.filter(({ key }) => key).length, jobs, "each has a request");
    });
    fc.assert(property, { seed: 2, numRuns: 1_500 });
  });

  test("with no insert, at most two Jobs are created for each request and each attempt that its budgets grant", () => {
    const works = fc.constantFrom("succeeds", "throws", "crashes");
    const property = fc.property(someSettings(), someHistory(HARM), works, (settings, history, work) => {
      const world = worldAfter(settings, history);
      const { created, queue } = world;
      const requests = queue.rows.size;
      const attempts = queue.history.length;
      progress(world, { seconds: 3_600, work: () => work, done: () => isOver(world) });
      assert.ok(isOver(world));
      assert.ok(world.created - created <= 2 * (requests + queue.history.length - attempts));
    });
    fc.assert(property, { seed: 4, numRuns: 6_000 });
  });
});

describe("without crashes, lost nodes, deleted Jobs, database restarts, and as long as no Job outlives its request", () => {
  test("unfinished Jobs = min(maxReplicaCount, unfinished requests) at every quiet moment", (t) => {
    const seen = { moreRequestsThanJobs: 0, jobsInBackOff: 0, failedJobs: 0, drainedPods: 0 };
    const property = fc.property(...CALM, (settings, events) => {
      let jobs = 0;
      worldAfter(settings, events, (world, [what]) => {
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
      const world = worldAfter(settings, events);
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
      const world = worldAfter(settings, events, ({ unfinished, queue }, [what]) => {
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
