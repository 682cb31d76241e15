import { percentile } from "../bench/samples.ts";
import type { Attempt } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Phase } from "./kill.ts";

/** What a batch with kills came to; times are in milliseconds. `--json` prints it. */
export interface Summary {
  readonly kills: number;
  readonly killsByPhase: Readonly<Record<Phase, number>>;
  readonly requests: number;
  readonly succeeded: number;
  /** Requests that did not succeed. */
  readonly lost: number;
  /** Requests that succeeded more than once. */
  readonly finishedTwice: number;
  readonly jobs: number;
  readonly failedJobs: number;
  readonly attempts: number;
  readonly crashed: number;
  /** Crashed attempts whose pod had not yet said that its claim was answered. */
  readonly crashedUnsaid: number;
  /** Attempts that did not succeed although nobody killed their pod. */
  readonly chargedWithoutKill: number;
  /** Killed pods that had claimed a request, and whose attempt has no end in the history. */
  readonly killedWithoutEnd: number;
  /** Attempts that began before the former one's pod was killed. */
  readonly sideBySide: number;
  readonly killToFree: Percentiles;
  readonly killToRunning: Percentiles;
  /** Updates of batch.queue that are neither a claim nor the end of an attempt. */
  readonly otherUpdates: number;
  readonly seconds: number;
}

export type Percentiles = Readonly<Record<"p50" | "p99" | "most", number>>;

/** Counts. */
export function summarize({ ids, attempts, kills, updates, jobs, failedJobs, seconds }: Batch): Summary {
  const killOf = new Map(kills.map((kill) => [kill.podName, kill]));
  const crashed = attempts.filter(({ reason }) => reason === "crashed");
  const succeeded = ids.map((id) => attempts.filter(({ request, status }) => request === id && status === "SUCCESS"));
  const attemptPods = new Set(attempts.map(({ podName }) => podName));
  const hits = crashed.flatMap((attempt) => {
    const kill = killOf.get(attempt.podName);
    return kill === undefined ? [] : [{ attempt, kill }];
  });
  const toRunning = hits.flatMap(({ attempt, kill }) => {
    const next = nextOf(attempt, attempts);
    return next === undefined ? [] : [next.startedAt - kill.at];
  });
  const count = (phase: Phase) => kills.filter((kill) => kill.phase === phase).length;
  return {
    kills: kills.length,
    killsByPhase: {
      "before its claim": count("before its claim"),
      "at work": count("at work"),
      "after its end": count("after its end"),
    },
    requests: ids.length,
    succeeded: succeeded.filter(({ length }) => length > 0).length,
    lost: succeeded.filter(({ length }) => length === 0).length,
    finishedTwice: succeeded.filter(({ length }) => length > 1).length,
    jobs,
    failedJobs,
    attempts: attempts.length,
    crashed: crashed.length,
    crashedUnsaid: hits.filter(({ kill }) => kill.phase === "before its claim").length,
    chargedWithoutKill: attempts.filter(({ podName, status }) => status !== "SUCCESS" && !killOf.has(podName)).length,
    killedWithoutEnd: kills.filter((kill) => kill.phase !== "before its claim" && !attemptPods.has(kill.podName))
      .length,
    sideBySide: toRunning.filter((ms) => ms < 0).length,
    // A claim that was on its way when its pod was killed holds its lock only later: what it had said tells.
    killToFree: percentiles(hits.filter(({ kill }) => kill.phase === "at work").map(({ kill }) => kill.freeAfter)),
    killToRunning: percentiles(toRunning),
    // A request that is given up, or has succeeded, is deleted.
    otherUpdates: updates - attempts.length - attempts.filter(({ status }) => status === "FAILED").length,
    seconds: Math.round(10 * seconds) / 10,
  };
}

function nextOf({ request, attempt }: Attempt, attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find((next) => next.request === request && next.attempt === attempt + 1);
}

function percentiles(samples: readonly number[]): Percentiles {
  return { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99), most: percentile(samples, 1) };
}
