import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { effectiveScale, jobsToCreate, type ScalingStrategy, type StrategyArgs, triggerState } from "./scaling.ts";

/** A row of KEDA's own tests, with its argument order: maxScale, running, pending, maxReplicaCount, scaleTo. */
type Row = readonly [counts: readonly [number, number, number, number, number], effective: number, scaleTo?: number];

const custom = (customScalingQueueLengthDeduction: number, customScalingRunningJobPercentage: number) =>
  ({ strategy: "custom", customScalingQueueLengthDeduction, customScalingRunningJobPercentage }) as const;

const STRATEGY_ROWS: readonly (readonly [StrategyArgs, readonly Row[]])[] = [
  [
    { strategy: "accurate" },
    [
      [[3, 2, 0, 5, 1], 3],
      [[5, 2, 0, 5, 1], 3],
      [[3, 4, 2, 10, 1], 1],
      [[5, 4, 2, 5, 1], 1],
      [[3, 3, 3, 5, 1], 0],
      [[15, 15, 15, 20, 1], 0],
      [[10, 10, 10, 15, 1], 0],
      [[20, 15, 10, 20, 1], 5],
    ],
  ],
  [
    { strategy: "eager" },
    [
      [[4, 3, 0, 10, 1], 4, 10],
      [[4, 0, 3, 10, 1], 4, 10],
      [[4, 7, 0, 10, 1], 3, 10],
      [[4, 1, 6, 10, 1], 3, 10],
      [[15, 0, 0, 10, 1], 10, 10],
    ],
  ],
  [
    { strategy: "default" },
    [
      [[3, 2, 0, 5, 1], 1],
      [[2, 0, 0, 5, 1], 2],
    ],
  ],
  [
    custom(1, 0.5),
    [
      [[3, 2, 0, 5, 1], 1],
      [[10, 0, 0, 10, 1], 9],
    ],
  ],
  [custom(2, 0), [[[3, 2, 0, 5, 1], 1]]],
  [custom(-2, 0), [[[3, 2, 0, 4, 1], 4]]],
  [{ strategy: "custom", customScalingRunningJobPercentage: 0.5 }, [[[10, 2, 0, 100, 1], 9]]],
  [{ strategy: "custom", customScalingQueueLengthDeduction: 1 }, [[[3, 2, 0, 5, 1], 1]]],
];

describe("effectiveScale decides as KEDA's scale_jobs_test.go expects", () => {
  for (const [args, rows] of STRATEGY_ROWS) {
    for (const [[maxScale, running, pending, maxReplicaCount, scaleTo], effective, asked = scaleTo] of rows) {
      const counts = { maxScale, running, pending, maxReplicaCount, scaleTo };
      test(`${Object.values(args).join(" ")}, ${Object.values(counts).join(" ")}: ${effective} of ${asked}`, () => {
        assert.deepEqual(effectiveScale(args, counts), { effectiveMaxScale: effective, scaleTo: asked });
      });
    }
  }
});

describe("triggerState reads an answer as KEDA does", () => {
  const nothing = { active: false, scaleTo: 0, maxScale: 0 };
  const rows = [
    // TestGetScaledJobState, where one trigger decides: alone, as the maximum, as the minimum, at the limit.
    { q: 20, T: 2, min: 1, max: 100, state: { active: true, scaleTo: 20, maxScale: 10 } },
    { q: 20, T: 1, max: 100, state: { active: true, scaleTo: 20, maxScale: 20 } },
    { q: 10, T: 2, max: 100, state: { active: true, scaleTo: 10, maxScale: 5 } },
    { q: 5, T: 3, max: 100, state: { active: true, scaleTo: 5, maxScale: 2 } },
    { q: 7, T: 4, activation: 7, max: 100, state: nothing },
    { q: 35, T: 1, max: 25, state: { active: true, scaleTo: 35, maxScale: 25 } },
    // Its sibling for an empty queue below the minimum.
    { q: 0, T: 1, min: 1, max: 100, state: { active: true, scaleTo: 0, maxScale: 0 } },
    { q: 2.0004, T: 1, max: 100, state: { active: true, scaleTo: 2, maxScale: 2 } },
    { q: 2.0005, T: 1, max: 100, state: { active: true, scaleTo: 3, maxScale: 3 } },
    { q: 9, T: 1, min: 4, max: 10, state: { active: true, scaleTo: 9, maxScale: 6 } },
    ...[0, -3, Number.NaN, Number.POSITIVE_INFINITY].map((q) => ({ q, T: 1, max: 100, state: nothing })),
  ];
  for (const { q, T, activation = 0, min = 0, max, state } of rows) {
    test(`${q} at ${T} each, active above ${activation}, ${min} to ${max} Jobs: ${Object.values(state).join(" ")}`, () => {
      const limits = { minReplicaCount: min, maxReplicaCount: max };
      const trigger = { queueLength: q, targetQueryValue: T, activationTargetQueryValue: activation };
      assert.deepEqual(triggerState({ ...trigger, ...limits }), state);
    });
  }
});

describe("jobsToCreate, poll after poll, reaches what KEDA's end-to-end tests wait for", () => {
  const rows = [
    { strategy: "accurate", max: 10, polls: [4, 4, 4], jobs: [4, 8, 10] },
    { strategy: "eager", max: 10, polls: [4, 4, 8], jobs: [4, 8, 10] },
    { strategy: "default", min: 2, max: 10, polls: [0, 0], jobs: [2, 2] },
    { strategy: "default", min: 1, max: 10, polls: [1, 1, 1], jobs: [1, 2, 2] },
    { strategy: "default", min: 2, max: 1, polls: [0, 0], jobs: [1, 1] },
    { strategy: "default", min: 2, max: 4, polls: [3, 3, 3], jobs: [2, 4, 4] },
    { strategy: "default", activation: 4, max: 10, polls: [2, 5, 5], jobs: [0, 5, 5] },
  ] as const;
  for (const { polls, jobs, strategy, max, ...row } of rows) {
    const { min = 0, activation = 0 } = { min: undefined, activation: undefined, ...row };
    test(`${strategy}, ${min} to ${max} Jobs, active above ${activation}: ${polls.join(", ")} give ${jobs.join(", ")}`, () => {
      let running = 0;
      const got = polls.map((queueLength) => {
        const limits = { minReplicaCount: min, maxReplicaCount: max, activationTargetQueryValue: activation };
        running += jobsToCreate({ queueLength, ...limits, running, pending: 0, strategy });
        return running;
      });
      assert.deepEqual(got, jobs);
    });
  }

  test("every strategy but custom keeps within maxReplicaCount", () => {
    const count = fc.nat({ max: 30 });
    const strategy = fc.constantFrom<ScalingStrategy[]>("default", "accurate", "eager");
    const property = fc.property(
      count,
      count,
      count,
      count,
      count,
      strategy,
      (queueLength, max, low, running, few, name) => {
        const limits = { minReplicaCount: Math.min(low, max), maxReplicaCount: max };
        const created = jobsToCreate({
          queueLength,
          ...limits,
          running,
          pending: Math.min(few, running),
          strategy: name,
        });
        assert.ok(created >= 0 && running + created <= Math.max(running, max));
      },
    );
    fc.assert(property, { seed: 1, numRuns: 5_000 });
  });
});
