import type { Database } from "../database.ts";
import type { Settings } from "../settings.ts";
import type { AttemptKey } from "./attempt.ts";

/** Who claims: a pod of a Job, under a session lock. */
export interface Claimant
  extends Pick<
    Settings,
    | "kind"
    | "jobName"
    | "podName"
    | "backoffLimit"
    | "crashLimit"
    | "interruptionLimit"
    | "backoffSeconds"
    | "leaseSeconds"
  > {
  readonly session: number;
  /** Pods of the Job that failed, as far as this pod knows. */
  readonly jobFailures: number;
  /** Requests the Job has finished, as far as this pod knows. */
  readonly jobFinished: number;
}

/** A claimed request: the attempt that has just been counted. */
export interface Claim extends AttemptKey {
  readonly jobFailures: number;
  readonly jobFinished: number;
}

/**
 * Claims the Job's own unfinished request, else the oldest that nobody holds.
 *
 * @returns the claim; `undefined` (zero rows) when there is nothing to claim, or the Job's own request is still a former
 *   pod's: `settle` tells which.
 */
export async function claim(database: Database, claimant: Claimant): Promise<Claim | undefined> {
  const { kind, jobName, podName, session } = claimant;
  const [row] = await database.run<ClaimRow>("claim", [
    kind,
    jobName,
    podName,
    session,
    claimant.backoffLimit,
    claimant.crashLimit,
    claimant.interruptionLimit,
    claimant.backoffSeconds,
    leaseValue(claimant),
    claimant.jobFailures,
    claimant.jobFinished,
  ]);
  if (row === undefined) return undefined;
  return {
    kind,
    jobName,
    request: row.request_id,
    iteration: row.iteration,
    session,
    jobFailures: row.job_failures,
    jobFinished: row.job_finished,
  };
}

/** A lease as the statements take it: null stands for the session lock. */
export function leaseValue({ leaseSeconds }: Pick<Settings, "leaseSeconds">): number | null {
  return leaseSeconds === 0 ? null : leaseSeconds;
}

interface ClaimRow {
  readonly request_id: string;
  readonly iteration: number;
  readonly job_failures: number;
  readonly job_finished: number;
}
