import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Outcome, type Scaling, simulate } from "./strategies.ts";

/** The table of docs/strategy.md. */
const ROWS: readonly (Scaling & Outcome)[] = [
  { strategy: "default", counts: "unfinished", pendingUntil: "Running", jobs: 10, idle: 0, meanWaitSeconds: 11 },
  { strategy: "default", counts: "waiting", pendingUntil: "Running", jobs: 10, idle: 0, meanWaitSeconds: 138.5 },
  { strategy: "accurate", counts: "waiting", pendingUntil: "Running", jobs: 20, idle: 10, meanWaitSeconds: 11 },
  { strategy: "accurate", counts: "waiting", pendingUntil: "Ready", jobs: 10, idle: 0, meanWaitSeconds: 11 },
  { strategy: "eager", counts: "waiting", pendingUntil: "Running", jobs: 25, idle: 15, meanWaitSeconds: 11 },
];

describe("two bursts of five requests a minute apart, 300 s of work each, and pods that claim after 11 s", () => {
  for (const { strategy, counts, pendingUntil, ...outcome } of ROWS) {
    const { jobs, idle, meanWaitSeconds } = outcome;
    const scaling = `${strategy}, ${counts} requests counted, Jobs pending until ${pendingUntil}`;
    test(`${scaling}: ${jobs} Jobs, ${idle} idle, a mean wait of ${meanWaitSeconds} s`, () => {
      assert.deepEqual(simulate({ strategy, counts, pendingUntil }), outcome);
    });
  }
});
