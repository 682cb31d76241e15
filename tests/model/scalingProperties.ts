import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_JOBS } from "./countJobs.ts";
import type { Rules } from "./rules.ts";
import { play, podStartsArb, type Scenario, scenarioArb, spanArb, worksArb } from "./scenario.ts";
import type { Simulation } from "./simulation.ts";

/** A pod's start when a wait is measured: 8 s on a node that has the image, and 3 s to its first claim. */
const POD_START = 11;

const ONE_REQUEST = fc.constantFrom(10, 40, 40, 200).chain((podStartSeconds) =>
  scenarioArb({
    podStartSeconds: fc.constant(podStartSeconds),
    podStarts: podStartsArb(podStartSeconds),
    works: worksArb([2, 2, 20, 100], ["succeeds", "throws", "defers"]),
  }),
);
const SEVERAL_REQUESTS = scenarioArb({
  requestsPerJob: fc.constantFrom(2, 3, 20),
  works: worksArb([2, 2, 20, 100], ["succeeds", "succeedsAlone"]),
});

/** Seconds after which a run ends if not everything has ended before. */
const END = 3_000;

/**
 * Without faults every Job claims a request, and every steady state has exactly min(`maxReplicaCount`, unfinished requests)
 * Jobs: with pods that start within `podStartSeconds`, work of 2 s and more, polls every 5 to 30 s. When polls are not close, a Job may be
 * presumed absent, and another one be idle, after two polls at which a Job was about to be Complete.
 */
export function noJobIsIdle(rules: Rules, report?: (steadyStates: number) => void) {
  return fc.property(ONE_REQUEST, (scenario) => {
    const endings = new Endings(scenario.pollingInterval);
    let steadyStates = 0;
    function check(simulation: Simulation, second: number) {
      const { queue, unfinished, steady } = simulation;
      if (second % scenario.pollingInterval !== 0) return;
      endings.poll(steady);
      if (!steady || simulation.jobOutlivedRequest || endings.mayPresume) return;
      const requests = queue.claimed.length + queue.waiting.length;
      assert.equal(unfinished.length, Math.min(scenario.maxReplicaCount, requests), "Jobs at a steady state");
      if (requests > 0) steadyStates++;
    }
    const simulation = play(scenario, { rules, seconds: END, check });
    assert.ok(simulation.idlePods === 0 || simulation.jobOutlivedRequest || endings.mayPresume, "no idle Job");
    report?.(steadyStates);
  });
}

/** Polls that are this close give KEDA's next one another chance if a Job has just ended: SHORT_GAP_MS of countJobs.ts. */
const CLOSE_POLLS = 12;

/** Whether two polls in a row, not close to each other, came while a Job was about to be Complete. */
class Endings {
  mayPresume = false;
  readonly #close: boolean;
  #inARow = 0;

  constructor(pollingInterval: number) {
    this.#close = pollingInterval <= CLOSE_POLLS;
  }

  poll(steady: boolean): void {
    this.#inARow = steady ? 0 : this.#inARow + 1;
    this.mayPresume ||= this.#inARow > 1 && !this.#close;
  }
}

/**
 * The same for Jobs of several requests: each poll fills up to min(`maxReplicaCount`, ceil(unfinished / requestsPerJob)), with the same
 * exception.
 */
export function noJobOfSeveralIsIdle(rules: Rules) {
  return fc.property(SEVERAL_REQUESTS, (scenario) => {
    const { maxReplicaCount, requestsPerJob, pollingInterval } = scenario;
    const endings = new Endings(pollingInterval);
    let jobs = 0;
    function check({ queue, unfinished, steady }: Simulation, second: number) {
      const wanted = Math.min(maxReplicaCount, Math.ceil(queue.rows.size / requestsPerJob));
      if (second % pollingInterval === 0) {
        endings.poll(steady);
        assert.ok(unfinished.length >= wanted, "Jobs after a poll: not too few");
        assert.ok(unfinished.length <= Math.max(jobs, wanted) || endings.mayPresume, "Jobs after a poll: not too many");
      }
      jobs = unfinished.length;
    }
    const { idlePods } = play(scenario, { rules, seconds: END, check });
    assert.ok(idlePods === 0 || endings.mayPresume, "idle Jobs");
  });
}

const STARVING = scenarioArb({
  pollingInterval: fc.constantFrom(5, 30),
  podStarts: fc.constant([POD_START]),
  works: worksArb([2, 150, 10_000], ["succeeds"]),
  stuckJobs: fc.nat({ max: 4 }),
}).filter(({ stuckJobs, maxReplicaCount }) => stuckJobs <= maxReplicaCount);

/**
 * A Job is created for every request within 2 minutes, and claims it 11 s later, whatever Jobs never finish (at most
 * `maxReplicaCount`): measured while fewer than `maxReplicaCount` others run and it is the request's turn.
 */
export function nothingStarves(rules: Rules, report?: (seconds: number, scenario: Scenario) => void) {
  return fc.property(STARVING, (scenario) => {
    const waits = new Map<number, number>();
    let longest = 0;
    function check({ queue }: Simulation) {
      const free = Math.max(0, scenario.maxReplicaCount - queue.claimed.length);
      const turn = new Set(queue.waiting.slice(0, free));
      for (const row of queue.waiting) {
        const seconds = turn.has(row) ? (waits.get(row.request) ?? 0) + 1 : 0;
        waits.set(row.request, seconds);
        longest = Math.max(longest, seconds);
      }
    }
    play(scenario, { rules, seconds: 900, check });
    assert.ok(longest <= 120 + POD_START, `claimed within 2 minutes and the pod's start; got ${longest} s`);
    report?.(longest, scenario);
  });
}

const DISTURBED = scenarioArb({
  podStarts: podStartsArb(120),
  works: worksArb([2, 20, 100, 400], ["succeeds", "succeeds", "throws", "defers", "crashes"]),
  stuckJobs: fc.nat({ max: 4 }),
  kedaDown: spanArb(300),
  full: spanArb(300),
}).filter(({ stuckJobs, maxReplicaCount }) => stuckJobs <= maxReplicaCount);

/**
 * At most `maxReplicaCount` requests run at once, and there are no more idle Jobs than Jobs presumed absent plus crashes: with
 * pods that take up to 2 minutes to start, a full cluster and an absent KEDA for up to 5 minutes, Jobs that never finish, and
 * crashes.
 */
export function boundsIdleJobs(rules: Rules, report?: (idle: number) => void) {
  return fc.property(DISTURBED, (scenario) => {
    const { maxReplicaCount } = scenario;
    function check({ queue, unfinished }: Simulation) {
      assert.ok(queue.claimed.length <= maxReplicaCount, "no more than maxReplicaCount requests at once");
      assert.ok(unfinished.length <= MAX_JOBS * maxReplicaCount, "no more than 5 * maxReplicaCount Jobs");
    }
    const { queue, idlePods } = play(scenario, { rules, seconds: END, check });
    const crashes = queue.history.filter(({ reason }) => reason === "crashed").length;
    // If a request is DEAD before its Job is Failed, the Job has another pod.
    const dead = queue.history.filter(({ status }) => status === "DEAD").length;
    const { presumedAbsent } = queue.scaling;
    const explained = presumedAbsent + crashes + dead;
    assert.ok(idlePods <= explained, `at most ${explained} idle Jobs (${presumedAbsent} absent); got ${idlePods}`);
    report?.(idlePods);
  });
}

const DEFERRING = scenarioArb({
  maxReplicaCount: fc.constant(1),
  pollingInterval: fc.constant(5),
  inserts: fc.constant([{ at: 0, count: 6 }]),
  podStarts: fc.constant([1, 13]),
  works: worksArb([20, 100], ["defers", "throws"]),
});

/** At most `maxReplicaCount` requests have a Job, and none is reserved for a Failed one, if requests fail and are deferred. */
export function noFailedJobKeepsAPlace(rules: Rules) {
  return fc.property(DEFERRING, (scenario) => {
    play(scenario, {
      rules,
      seconds: END,
      check({ queue, jobs }) {
        for (const { job = "" } of queue.claimed)
          assert.notEqual(jobs.get(job)?.status, "Failed", "reserved for a Failed Job");
      },
    });
  });
}

/** A full cluster costs at most `maxReplicaCount` idle Jobs, however long it is full and whatever is inserted meanwhile. */
export function boundsCostOfFullCluster(rules: Rules, report?: (idle: number) => void) {
  return fc.property(scenarioArb({ full: spanArb(600), podStarts: fc.constant([POD_START]) }), (scenario) => {
    const { idlePods } = play(scenario, { rules, seconds: END });
    assert.ok(idlePods <= scenario.maxReplicaCount, `at most maxReplicaCount idle Jobs; got ${idlePods}`);
    report?.(idlePods);
  });
}
