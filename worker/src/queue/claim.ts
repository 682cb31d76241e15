import type { Database } from "../database.ts";
import type { Settings } from "../settings.ts";
import type { AttemptKey } from "./attempt.ts";

/** Who claims: a pod of a Job, under a session lock. */
export interface Claimant extends Pick<Settings, "kind" | "jobName" | "podName" | "backoffLimit" | "backoffSeconds"> {
  readonly session: number;
  /** Pods of the Job that failed, as far as this pod knows. */
  readonly jobFailures: number;
  /** Requests the Job has finished, as far as this pod knows. */
  readonly jobFinished: number;
}

/** A claimed request: the attempt that has just been counted. */
export interface Claim extends AttemptKey {
  /** The row of the attached table; null when it is gone. */
  readonly row: Readonly<Record<string, unknown>> | null;
  readonly jobFailures: number;
  readonly jobFinished: number;
}

/**
 * Claims the Job's own unfinished request, else the oldest that nobody holds.
 *
 * @returns the claim; `"busy"` while a former connection still holds the Job's request or this session's lock (ask
 *   again shortly); `"doubtful"` while a request is kept for a Job that may be gone for good (ask again, if this Job was
 *   started for it); `undefined` (zero rows) when there is nothing to do.
 */
export async function claim(database: Database, claimant: Claimant): Promise<Claim | "busy" | "doubtful" | undefined> {
  const { kind, jobName, podName, session, backoffLimit, backoffSeconds, jobFailures, jobFinished } = claimant;
  const [row] = await database.run<ClaimRow>("claim", [
    kind,
    jobName,
    podName,
    session,
    backoffLimit,
    backoffSeconds,
    jobFailures,
    jobFinished,
  ]);
  if (row === undefined) return undefined;
  if (row.outcome !== "claimed") return row.outcome;
  return {
    kind,
    request: row.request_id,
    iteration: row.iteration,
    session,
    row: row.request,
    jobFailures: row.job_failures,
    jobFinished: row.job_finished,
  };
}

interface ClaimRow {
  readonly outcome: "claimed" | "busy" | "doubtful";
  readonly request_id: string;
  readonly iteration: number;
  readonly job_failures: number;
  readonly job_finished: number;
  readonly request: Claim["row"];
}
