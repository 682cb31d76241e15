import { percentile } from "../support/samples.ts";
import type { Attempt } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Phase } from "./kill.ts";

/** The counts of a batch with kills; times are in milliseconds. `--json` prints it. */
export type Summary = ReturnType<typeof summarize>;

/** Counts what has happened in a batch. */
export function summarize({ ids, attempts, kills, updates, jobs, failedJobs, seconds }: Batch) {
  const killByPod = new Map(kills.map((kill) => [kill.podName, kill]));
  const crashed = attempts.filter(({ reason }) => reason === "crashed");
  const succeeded = ids.map((id) => attempts.filter(({ request, status }) => request === id && status === "SUCCESS"));
  const attemptPods = new Set(attempts.map(({ podName }) => podName));
  const hits = crashed.flatMap((attempt) => {
    const kill = killByPod.get(attempt.podName);
    return kill === undefined ? [] : [{ attempt, kill }];
  });
  const toRunning = hits.flatMap(({ attempt, kill }) => {
    const next = findNext(attempt, attempts);
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
    /** Requests that did not succeed. */
    lost: succeeded.filter(({ length }) => length === 0).length,
    /** Requests that succeeded more than once. */
    finishedTwice: succeeded.filter(({ length }) => length > 1).length,
    jobs,
    failedJobs,
    attempts: attempts.length,
    crashed: crashed.length,
    /** Crashed attempts whose pod had not yet logged its claim. */
    crashedBeforeLog: hits.filter(({ kill }) => kill.phase === "before its claim").length,
    /** Attempts that did not succeed although their pod was not killed. */
    failedWithoutKill: attempts.filter(({ podName, status }) => status !== "SUCCESS" && !killByPod.has(podName)).length,
    /** Killed pods that had claimed a request and whose attempt has no end in the history. */
    killedNoOutcome: kills.filter((kill) => kill.phase !== "before its claim" && !attemptPods.has(kill.podName)).length,
    /** Attempts that began before the previous one's pod was killed. */
    overlapping: toRunning.filter((ms) => ms < 0).length,
    // A claim in flight when its pod was killed takes its lock later: only pods that had logged their claim count.
    killToUnlocked: percentiles(
      hits.filter(({ kill }) => kill.phase === "at work").map(({ kill }) => kill.unlockedAfter),
    ),
    killToRunning: percentiles(toRunning),
    /** Updates of batch.queue that are neither a claim nor the end of an attempt: the row of a request that has ended is deleted. */
    furtherUpdates: updates - attempts.length - attempts.filter(({ status }) => status === "FAILED").length,
    seconds: Math.round(10 * seconds) / 10,
  };
}

function findNext({ request, attempt }: Attempt, attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find((next) => next.request === request && next.attempt === attempt + 1);
}

function percentiles(samples: readonly number[]) {
  return { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99), most: percentile(samples, 1) };
}
