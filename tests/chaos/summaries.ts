import type { Summary } from "./summary.ts";

const NO_TIMES = { p50: Number.NaN, p99: Number.NaN, most: Number.NaN };

/** A batch of one request whose worker was not killed. */
export const BASELINE: Summary = {
  kills: 0,
  killsByPhase: { "before its claim": 0, "at work": 0, "after its end": 0 },
  requests: 1,
  succeeded: 1,
  lost: 0,
  finishedTwice: 0,
  jobs: 1,
  failedJobs: 0,
  attempts: 1,
  crashed: 0,
  crashedBeforeLog: 0,
  failedWithoutKill: 0,
  killedNoOutcome: 0,
  overlapping: 0,
  killToUnlocked: NO_TIMES,
  killToRunning: NO_TIMES,
  furtherUpdates: 0,
  seconds: 2,
};

/** The same with its first worker killed at work. */
export const KILLED: Summary = {
  ...BASELINE,
  kills: 1,
  killsByPhase: { ...BASELINE.killsByPhase, "at work": 1 },
  attempts: 2,
  crashed: 1,
  killToUnlocked: { p50: 20, p99: 20, most: 20 },
  killToRunning: { p50: 300, p99: 300, most: 300 },
};
