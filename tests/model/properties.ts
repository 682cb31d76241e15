import assert from "node:assert/strict";
import fc from "fast-check";
import { someHistory, someSettings } from "./history.ts";
import { isOver, progress } from "./progress.ts";
import type { Rules } from "./rules.ts";
import { worldAfter } from "./worldAfter.ts";

const HARM = { harm: true, rollouts: someSettings() };

/** The longest that a property lets fair progress take, in seconds. */
const LONGEST = 600;

/** That in every state one pod may write, attempts and budgets are kept to, and a request has one end. */
export function isSound(rules: Rules) {
  return fc.property(someSettings(), someHistory(HARM), (settings, history) => {
    worldAfter(rules, settings, history);
  });
}

/** That every request comes to its end, and every Job to its own; `tell` hears in how many seconds. */
export function comesToAnEnd(rules: Rules, tell?: (seconds: number) => void) {
  return fc.property(someSettings(), someHistory(HARM), (settings, history) => {
    const world = worldAfter(rules, settings, history);
    const seconds = progress(world, { seconds: LONGEST, done: () => isOver(world) });
    assert.ok(isOver(world), "every request and every Job is over");
    tell?.(seconds);
  });
}

/** That unfinished Jobs return to min(`maxReplicaCount`, unfinished requests) by themselves, each with a request. */
export function regainsItsJobs(rules: Rules) {
  const settings = someSettings({ requestsPerJob: 1 });
  return fc.property(settings, someHistory({ harm: true, rollouts: settings }), (first, history) => {
    const world = worldAfter(rules, first, history);
    // A lowered maxReplicaCount ends no Job.
    const most = Math.max(world.settings.maxReplicaCount, world.unfinished.length);
    progress(world, { seconds: LONGEST, work: () => "goesOn" });
    const jobs = world.unfinished.length;
    const requests = world.queue.rows.size;
    assert.ok(jobs <= Math.min(most, requests), "no Job too many");
    assert.ok(jobs >= Math.min(world.settings.maxReplicaCount, requests), "no Job too few");
    assert.equal(world.running.filter(({ key }) => key).length, jobs, "each has a request");
  });
}

/** That with no insert at most two Jobs are created for each request and each attempt that its budgets grant. */
export function createsFewJobs(rules: Rules) {
  const works = fc.constantFrom("succeeds", "throws", "crashes");
  return fc.property(someSettings(), someHistory(HARM), works, (settings, history, work) => {
    const world = worldAfter(rules, settings, history);
    const { created, queue } = world;
    const requests = queue.rows.size;
    const attempts = queue.history.length;
    progress(world, { seconds: 3_600, work: () => work, done: () => isOver(world) });
    assert.ok(isOver(world), "every request and every Job is over");
    assert.ok(world.created - created <= 2 * (requests + queue.history.length - attempts), "no Job too many");
  });
}
