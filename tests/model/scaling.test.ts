import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { numRuns } from "./numRuns.ts";
import { DESIGN } from "./rules.ts";
import {
  boundsCostOfFullCluster,
  boundsIdleJobs,
  noJobIsIdle,
  noJobOfSeveralIsIdle,
  nothingStarves,
} from "./scalingProperties.ts";

describe("without faults, with pods that start within 40 s, work of 2 s and more, polls every 5 to 30 s", () => {
  test("no Job is idle, and every steady state has min(maxReplicaCount, unfinished requests) Jobs", (t) => {
    let steady = 0;
    const property = noJobIsIdle(DESIGN, (states) => {
      steady += states;
    });
    fc.assert(property, { seed: 5, numRuns: numRuns(10_000) });
    t.diagnostic(`${steady} steady states with requests`);
    assert.ok(steady > numRuns(10_000), "a steady state in most runs");
  });

  test("at R requests per Job, a poll fills up to min(maxReplicaCount, ceil(unfinished / R)) Jobs, and none is idle", () => {
    fc.assert(noJobOfSeveralIsIdle(DESIGN), { seed: 7, numRuns: numRuns(5_000) });
  });
});

describe("whatever Jobs never finish, up to maxReplicaCount", () => {
  test("a request has its Job within 2 minutes while fewer than maxReplicaCount run", (t) => {
    const longest = new Map<number, number>();
    const property = nothingStarves(DESIGN, (seconds, { pollingInterval }) => {
      longest.set(pollingInterval, Math.max(seconds, longest.get(pollingInterval) ?? 0));
    });
    fc.assert(property, { seed: 3, numRuns: numRuns(10_000) });
    for (const [interval, seconds] of longest)
      t.diagnostic(`polls every ${interval} s: claimed after ${seconds} s at most`);
  });
});

describe("with slow pods, a full cluster, KEDA down, Jobs that never finish, and crashes", () => {
  test("at most maxReplicaCount requests run at once, and an idle Job is one that was presumed absent, or a crash's", (t) => {
    const idleJobs: number[] = [];
    const property = boundsIdleJobs(DESIGN, (idle) => idleJobs.push(idle));
    fc.assert(property, { seed: 8, numRuns: numRuns(5_000) });
    const most = Math.max(...idleJobs);
    t.diagnostic(`at most ${most} idle Jobs`);
    assert.ok(most > 0, "some Job is idle");
  });

  test("a full cluster without other faults costs at most maxReplicaCount idle Jobs", (t) => {
    const idleJobs: number[] = [];
    const property = boundsCostOfFullCluster(DESIGN, (idle) => idleJobs.push(idle));
    fc.assert(property, { seed: 9, numRuns: numRuns(5_000) });
    t.diagnostic(`at most ${Math.max(...idleJobs)}`);
  });
});
