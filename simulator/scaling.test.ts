import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { jobsToCreate, type ScalingStrategy } from "./scaling.ts";

/** A row of KEDA's tests, in its argument order. */
type Row = readonly [maxScale: number, running: number, pending: number, maxReplicaCount: number, effective: number];

const STRATEGIES: Readonly<Record<ScalingStrategy, readonly Row[]>> = {
  accurate: [
    [3, 2, 0, 5, 3],
    [5, 2, 0, 5, 3],
    [3, 4, 2, 10, 1],
    [5, 4, 2, 5, 1],
    [3, 3, 3, 5, 0],
    [15, 15, 15, 20, 0],
    [10, 10, 10, 15, 0],
    [20, 15, 10, 20, 5],
  ],
  eager: [
    [4, 3, 0, 10, 4],
    [4, 0, 3, 10, 4],
    [4, 7, 0, 10, 3],
    [4, 1, 6, 10, 3],
    [15, 0, 0, 10, 10],
  ],
  default: [
    [3, 2, 0, 5, 1],
    [2, 0, 0, 5, 2],
  ],
};

describe("jobsToCreate decides as KEDA's scale_jobs_test.go expects", () => {
  for (const strategy of ["accurate", "eager", "default"] as const) {
    for (const [queueLength, running, pending, maxReplicaCount, jobs] of STRATEGIES[strategy]) {
      const title = `${strategy}, ${queueLength} asked for, ${running} running, ${pending} pending, ${maxReplicaCount} at most`;
      test(`${title}: ${jobs}`, () => {
        assert.equal(jobsToCreate({ queueLength, running, pending, maxReplicaCount, strategy }), jobs);
      });
    }
  }
});

describe("poll after poll", () => {
  const rows = [
    // What KEDA's end-to-end tests expect.
    { strategy: "accurate", max: 10, queue: [4, 4, 4], jobs: [4, 8, 10] },
    { strategy: "eager", max: 10, queue: [4, 4, 8], jobs: [4, 8, 10] },
    // Additional cases.
    { strategy: "default", max: 10, queue: [0, 4, 4, 8, 0], jobs: [0, 4, 4, 8, 8] },
    { strategy: "default", max: 25, queue: [35, 35], jobs: [25, 25] },
  ] as const;
  for (const { queue, jobs, strategy, max } of rows) {
    test(`${strategy}, ${max} Jobs at most: a queue of ${queue.join(", ")} gives ${jobs.join(", ")} Jobs`, () => {
      let running = 0;
      const got = queue.map((queueLength) => {
        running += jobsToCreate({ queueLength, maxReplicaCount: max, running, pending: 0, strategy });
        return running;
      });
      assert.deepEqual(got, jobs);
    });
  }
});

test("every strategy stays within maxReplicaCount, and creates nothing for an empty queue", () => {
  const count = fc.nat({ max: 30 });
  const strategy = fc.constantFrom<ScalingStrategy[]>("default", "accurate", "eager");
  const property = fc.property(count, count, count, count, strategy, (queueLength, max, running, few, name) => {
    const limits = { maxReplicaCount: max, running, pending: Math.min(few, running) };
    const created = jobsToCreate({ queueLength, ...limits, strategy: name });
    assert.ok(created >= 0 && running + created <= Math.max(running, max));
    assert.equal(jobsToCreate({ queueLength: 0, ...limits, strategy: name }), 0);
  });
  fc.assert(property, { seed: 1, numRuns: 5_000 });
});
