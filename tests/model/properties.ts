import assert from "node:assert/strict";
import fc from "fast-check";
import { type Event, historyArb, settingsArb } from "./history.ts";
import { replay } from "./replay.ts";
import type { Rules } from "./rules.ts";
import { isOver, runFairly } from "./runFairly.ts";
import type { Simulation } from "./simulation.ts";

const ANYTHING = { faults: true, rollouts: settingsArb() };

/** When an unreachable node is removed from the cluster: after 300 s, or never. */
const DELAYS = fc.constantFrom({ removed: 300 }, { removed: Number.POSITIVE_INFINITY });

/** The maximum duration of fair scheduling in a property, in seconds. */
const LONGEST = 600;

/** In every state at most one pod may write, attempts stay within their limits, and a request has one end. */
export function safetyHolds(rules: Rules) {
  return fc.property(settingsArb(), historyArb(ANYTHING), DELAYS, (settings, history, delays) => {
    replay({ rules, settings, delays }, history);
  });
}

/** Every request ends, and so does every Job that is not stuck; `report` receives the number of seconds. */
export function terminates(rules: Rules, report?: (seconds: number) => void) {
  return fc.property(settingsArb(), historyArb(ANYTHING), DELAYS, (settings, history, delays) => {
    const simulation = replay({ rules, settings, delays }, history);
    const seconds = runFairly(simulation, {
      seconds: LONGEST,
      event: () => operate(simulation),
      done: () => isOver(simulation),
    });
    assert.ok(isOver(simulation), "every request and every Job is over");
    report?.(seconds);
  });
}

/** Unfinished Jobs, except stuck ones, return to min(`maxReplicaCount`, unfinished requests), each with a request. */
export function convergesToTarget(rules: Rules) {
  const settings = settingsArb({ requestsPerJob: 1, timeoutSeconds: 0 });
  const history = historyArb({ faults: true, rollouts: settings });
  return fc.property(settings, history, DELAYS, (first, events, delays) => {
    const simulation = replay({ rules, settings: first, delays }, events);
    // Lowering maxReplicaCount ends no Job.
    const most = Math.max(simulation.settings.maxReplicaCount, simulation.unfinished.length);
    runFairly(simulation, { seconds: LONGEST, work: () => "neverEnds", event: () => operate(simulation) });
    const jobs = simulation.unfinished.length - simulation.stuck.length;
    const requests = simulation.queue.rows.size;
    assert.ok(jobs <= Math.min(most, requests), "no Job too many");
    assert.ok(jobs >= Math.min(simulation.settings.maxReplicaCount, requests), "no Job too few");
    assert.equal(simulation.running.filter(({ key }) => key).length, jobs, "each has a request");
  });
}

/**
 * Without inserts, at most two Jobs are created per request and per attempt that its limits allow, and one per Job that was
 * presumed absent.
 */
export function boundsJobs(rules: Rules) {
  const works = fc.constantFrom("succeeds", "throws", "crashes");
  return fc.property(settingsArb(), historyArb(ANYTHING), works, (settings, history, work) => {
    const simulation = replay({ rules, settings }, history);
    simulation.resumeWorkers();
    const { created, queue } = simulation;
    const requests = queue.rows.size;
    const attempts = queue.history.length;
    const presumed = queue.scaling.presumedAbsent - queue.scaling.absentJobs;
    runFairly(simulation, {
      seconds: 3_600,
      work: () => work,
      event: () => operate(simulation),
      done: () => isOver(simulation),
    });
    assert.ok(isOver(simulation), "every request and every Job is over");
    const granted = 2 * (requests + queue.history.length - attempts) + queue.scaling.presumedAbsent - presumed;
    assert.ok(simulation.created - created <= granted, "no Job too many");
  });
}

/** A worker is asked to stop; 15 s later its Job's next pod starts and waits for it. */
const DRAIN: readonly Event[] = [
  ["insert", 0, "succeeds"],
  ["poll", 0, "succeeds"],
  ["step", 0, "succeeds"],
  ["step", 0, "succeeds"],
  ["drain", 0, "succeeds"],
  ["wait", 2, "succeeds"],
  ["step", 0, "succeeds"],
  ["step", 1, "succeeds"],
  ["wait", 1, "succeeds"],
  ["wait", 1, "succeeds"],
];

/** Without faults no attempt is recorded as crashed: a worker that was asked to stop is waited for. */
export function onlyDeadWorkersCrash(rules: Rules) {
  return fc.property(settingsArb({ timeoutSeconds: 0 }), historyArb({ faults: false }), (settings, history) => {
    const { queue } = replay({ rules, settings }, [...DRAIN, ...history]);
    assert.ok(!queue.history.some(({ reason }) => reason === "crashed"), "nothing crashed");
  });
}

/**
 * Assumed actions of the operator: a suspended worker without a timeout is resumed; a frozen node is removed if a request's Job
 * starts no other pod; and if more Jobs than `maxReplicaCount` are stuck, they are freed.
 */
function operate(simulation: Simulation): void {
  const { settings, stuck } = simulation;
  const full = stuck.length > settings.maxReplicaCount;
  const hung = [...simulation.pods.values()].some(({ stopped, args }) => stopped && args.settings.timeoutSeconds === 0);
  if (hung || full) simulation.resumeWorkers();
  if (full || simulation.abandoned) simulation.removeNode();
}
