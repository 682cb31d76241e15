import { randomInt } from "node:crypto";
import { EXIT_KILLED } from "../worker/src/outcome.ts";

/** The Job's limit, and the controller's base delay. */
export interface BackoffSettings {
  /** Failed pods a Job may have; one more makes it Failed. */
  readonly backoffLimit: number;
  /** 10 on Kubernetes. */
  readonly backoffSeconds: number;
}

/** A Job as its controller sees it: one pod at a time, one completion. Times are in milliseconds. */
export interface JobState {
  readonly name: string;
  readonly createdAt: number;
  readonly status: "Running" | "Complete" | "Failed";
  readonly failedPods: number;
  /** Pods started so far. */
  readonly pods: number;
  /** The running pod; undefined if there is none, for example during back-off. */
  readonly activePod: string | undefined;
  /** The earliest start of the next pod. */
  readonly nextPodAt: number;
  /** Deleted pods that have not ended yet. */
  readonly terminatingPods: number;
  /** The Job's final status once no deleted pod is left; undefined: undecided, or finished. */
  readonly target: "Complete" | "Failed" | undefined;
  /** Undefined while unfinished. */
  readonly finishedAt: number | undefined;
}

/** The controller's longest delay; the documentation says 360 s, the source 10 minutes. */
const MAX_BACKOFF_SECONDS = 600;

const JOB_NAME_PREFIX = "postgres-batch-";

/** No vowels and no digits that resemble them, so that no words result. */
const SUFFIX_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

/**
 * A Job that was just created: its first pod is due at once.
 *
 * This and the following functions implement kubernetes pkg/controller/job/job_controller.go for `restartPolicy: Never`, one
 * completion, no `podFailurePolicy`, and the default `podReplacementPolicy`.
 */
export function createJob(name: string, now: number): JobState {
  return {
    name,
    createdAt: now,
    status: "Running",
    failedPods: 0,
    pods: 0,
    activePod: undefined,
    nextPodAt: now,
    terminatingPods: 0,
    target: undefined,
    finishedAt: undefined,
  };
}

/** Whether the Job is neither Complete nor Failed: what KEDA counts as running, back-off included. */
export function isUnfinished(job: JobState): boolean {
  return job.status === "Running";
}

/** Whether the controller starts a pod now: the Job is unfinished, has none, and its back-off is over. */
export function isPodDue(job: JobState, now: number): boolean {
  return isUnfinished(job) && job.target === undefined && job.activePod === undefined && now >= job.nextPodAt;
}

/**
 * The Job with a running pod.
 *
 * @throws Error when it is finished, or has one already.
 */
export function podStarted(job: JobState, podName: string): JobState {
  if (!isUnfinished(job) || job.target !== undefined || job.activePod !== undefined) {
    throw new Error(
      `${job.name} must be unfinished and without a pod (one pod at a time); got ${job.status} with ${job.activePod}`,
    );
  }
  return { ...job, pods: job.pods + 1, activePod: podName };
}

/**
 * The Job once its pod has ended: Complete after exit code 0, Failed after one failure more than `backoffLimit`, else
 * in back-off.
 *
 * @throws Error when it has no pod.
 */
export function podEnded(
  job: JobState,
  exitCode: number,
  now: number,
  { backoffLimit, backoffSeconds }: BackoffSettings,
): JobState {
  if (job.activePod === undefined) throw new Error(`${job.name} must have a pod (only that can end); got none`);
  const without = { ...job, activePod: undefined };
  if (exitCode === 0) return finish({ ...without, target: "Complete" }, now);
  const failedPods = job.failedPods + 1;
  if (failedPods > backoffLimit) return finish({ ...without, failedPods, target: "Failed" }, now);
  return { ...without, failedPods, nextPodAt: now + backoffDelay(failedPods, backoffSeconds) };
}

/**
 * The Job once its pod was deleted (drained, evicted, its node unreachable for longer than tolerated): it counts as failed
 * at once, and its replacement may run alongside until it has ended (`isPodFailed`, `TerminatingOrFailed`).
 *
 * @throws Error when it has no pod.
 */
export function podDeleted(job: JobState, now: number, settings: BackoffSettings): JobState {
  // Any exit code except 0 would do.
  return podEnded({ ...job, terminatingPods: job.terminatingPods + 1 }, EXIT_KILLED, now, settings);
}

/**
 * The Job once a deleted pod has ended, as reported by its node, or by the pod garbage collector after the node was removed.
 *
 * @throws Error when none was left.
 */
export function deletedPodEnded(job: JobState, now: number): JobState {
  if (job.terminatingPods === 0) throw new Error(`${job.name} must have a deleted pod (only that can end); got none`);
  return finish({ ...job, terminatingPods: job.terminatingPods - 1 }, now);
}

/** Complete or Failed if that is decided, but not before every deleted pod has ended: `enactJobFinished`, since 1.31. */
function finish(job: JobState, now: number): JobState {
  if (job.target === undefined || job.terminatingPods > 0) return job;
  return { ...job, status: job.target, target: undefined, finishedAt: now };
}

/**
 * Milliseconds from the end of the latest of `failedPods` to the next pod: doubled by each failure, at most 600 s.
 *
 * From kubernetes pkg/controller/job/backoff_utils.go: `getRemainingTimeForFailuresCount`.
 */
export function backoffDelay(failedPods: number, backoffSeconds: number): number {
  if (failedPods === 0) return 0;
  return 1_000 * Math.min(backoffSeconds * 2 ** (failedPods - 1), MAX_BACKOFF_SECONDS);
}

/** A name for a Job of the ScaledJob, as its `generateName` makes it. */
export function newJobName(): string {
  return JOB_NAME_PREFIX + suffix();
}

/** A name for a pod of a Job. */
export function newPodName(jobName: string): string {
  return `${jobName}-${suffix()}`;
}

/** Five characters, as from kubernetes `utilrand.String`. */
function suffix(): string {
  const character = () => SUFFIX_CHARACTERS[randomInt(SUFFIX_CHARACTERS.length)];
  return Array.from({ length: 5 }, character).join("");
}
