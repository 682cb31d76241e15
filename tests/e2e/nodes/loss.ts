import type { Attempt } from "../requests.ts";
import type { FaultKind } from "./faultCommands.ts";

/** A pod of a KEDA Job as last seen. Times are in milliseconds since the epoch, rounded to seconds; undefined: not yet. */
export interface PodRecord {
  readonly name: string;
  readonly job: string;
  /** The node it was scheduled to. */
  readonly node: string | undefined;
  readonly createdAt: number;
  /** When its container started. */
  readonly startedAt: number | undefined;
}

/** A request that was inserted after a loss, at this time in milliseconds since the epoch. */
export interface Inserted {
  readonly id: number;
  readonly at: number;
}

/** What was observed during one loss of a node. Times are in milliseconds since the epoch. */
export interface Loss {
  readonly kind: FaultKind;
  readonly at: number;
  /** The attempts that ran on the node. */
  readonly running: readonly Attempt[];
  readonly inserted: readonly Inserted[];
  /** When Kubernetes marked the node as not ready; undefined: it did not during the loss. */
  readonly notReadyAt: number | undefined;
  readonly pods: readonly PodRecord[];
  /** Every attempt right before the node's return. */
  readonly before: readonly Attempt[];
  /** Every attempt after everything has ended and the node has returned. */
  readonly attempts: readonly Attempt[];
}

/** Seconds from the loss until each request of the node runs again; NaN: it does not. Requests that succeed on the node are left out. */
export function secondsToRunAgain(loss: Loss): number[] {
  return unfinished(loss).map((lost) => (startedAt(nextAttempt(lost, loss.attempts)) - loss.at) / 1_000);
}

/**
 * Seconds from the start of a Job's first replacement pod to its request's next attempt, by whichever pod; negative if another
 * Job was faster; NaN: there is no next attempt. A pod's start is known in whole seconds: the result may be up to one second too long.
 */
export function secondsToTakeOver(loss: Loss): number[] {
  return unfinished(loss).map((lost) => {
    const replacements = loss.pods.filter(({ job, name }) => job === lost.job_name && name !== lost.pod_name);
    const starts = replacements.flatMap((pod) => pod.startedAt ?? []);
    return (startedAt(nextAttempt(lost, loss.attempts)) - Math.min(...starts)) / 1_000;
  });
}

/** Seconds that each request inserted after the loss waited for its first attempt; NaN: it has none. */
export function secondsToFirstAttempt({ inserted, attempts }: Loss): number[] {
  return inserted.map(({ id, at }) => {
    const first = attempts.find((one) => one.id === id && one.attempt === 1);
    return (startedAt(first) - at) / 1_000;
  });
}

/** How the attempts on the node ended, with their numbers; POD stands for the lost pod's name. */
export function endings({ running, attempts }: Loss): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const lost of running) {
    const now = sameAttempt(lost, attempts);
    const error = now?.error?.replaceAll(lost.pod_name, "POD");
    const ending = now?.reason == null ? (now?.status ?? "unknown") : `${now.reason} (${error})`;
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return counts;
}

/** Jobs since the loss whose pods found nothing to do. */
export function idleJobs({ at, pods, attempts }: Loss): string[] {
  const used = new Set(attempts.map(({ job_name }) => job_name));
  const since = pods.filter(({ createdAt, startedAt }) => createdAt > at && startedAt !== undefined);
  return [...new Set(since.map(({ job }) => job))].filter((job) => !used.has(job));
}

/** Attempts that had ended in `before`, and have changed since. */
export function changedSince({ before, attempts }: Pick<Loss, "before" | "attempts">): Attempt[] {
  return before
    .filter((attempt) => attempt.status !== "RUNNING")
    .filter((attempt) => JSON.stringify(sameAttempt(attempt, attempts)) !== JSON.stringify(attempt));
}

/** Requests of the node that had not succeeded when it returned: a worker that only then finishes was not replaced. */
function unfinished({ running, before }: Loss): Attempt[] {
  return running.filter((lost) => sameAttempt(lost, before)?.status !== "SUCCESS");
}

/** Whether each request of these attempts has succeeded in it, or runs again. */
export function allRunAgain(lost: readonly Attempt[], all: readonly Attempt[]): boolean {
  return lost.every((one) => sameAttempt(one, all)?.status === "SUCCESS" || nextAttempt(one, all) !== undefined);
}

export function sameAttempt({ id, attempt }: Attempt, attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find((one) => one.id === id && one.attempt === attempt);
}

export function nextAttempt({ id, attempt }: Attempt, attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find((one) => one.id === id && one.attempt === attempt + 1);
}

function startedAt(attempt: Attempt | undefined): number {
  return attempt === undefined ? Number.NaN : Date.parse(attempt.started_at);
}
