import type { Database } from "../database.ts";
import { LIMIT_NAMES, type RetryLimits } from "../retryLimits.ts";
import type { Settings } from "../settings.ts";
import type { AttemptKey } from "./attempt.ts";

/** Who claims (a pod of a Job, in a session), and with which limits. */
export interface ClaimParams
  extends RetryLimits,
    Pick<Settings, "kind" | "jobName" | "podName" | "backoffSeconds" | "leaseSeconds" | "timeoutSeconds"> {
  readonly session: number;
  /** Requests that the Job has finished, to this pod's knowledge. */
  readonly jobFinished: number;
  /** Whether this is the first claim of those that a pod without a request repeats until one succeeds: the scaling query counts only it. */
  readonly arriving: boolean;
}

/** A claimed request: the attempt that has just been counted. */
export interface Claim extends AttemptKey {
  readonly jobFinished: number;
  /** The request's row as JSON text from PostgreSQL, so that no number is rounded. */
  readonly row: string;
  /** Proves to `batch.own()` that a program works on this attempt. */
  readonly token: string;
  /** JSON text of the last checkpoint that any attempt saved; null: none. */
  readonly checkpoint: string | null;
  /** How long the attempt may take; 0: no limit. */
  readonly timeoutSeconds: number;
}

/**
 * Claims the Job's own unfinished request, else the first waiting one.
 *
 * @returns the claim; `undefined` (zero rows) when there is nothing to claim or a previous pod still owns the Job's request;
 *   `reclaim` reports which.
 */
export async function claim(database: Database, params: ClaimParams): Promise<Claim | undefined> {
  const { kind, jobName, podName, session, arriving } = params;
  const values = [kind, jobName, podName, session, ...termValues(params), arriving];
  const [row] = await database.run<ClaimRow>("claim", values);
  return row && toClaim(row, params);
}

/** The terms of an attempt: its limits, and how many requests the Job has finished. */
export function termValues(params: ClaimParams): readonly unknown[] {
  return [
    LIMIT_NAMES.map((name) => params[name]),
    params.backoffSeconds,
    zeroAsNull(params.leaseSeconds),
    zeroAsNull(params.timeoutSeconds),
    params.jobFinished,
  ];
}

/** The claim that a row of an answer describes. */
export function toClaim(row: ClaimRow, { kind, jobName, session }: ClaimParams): Claim {
  return {
    kind,
    jobName,
    requestId: row.request_id,
    attempt: row.attempt,
    session,
    jobFinished: row.job_finished,
    row: row.request,
    token: `${kind}:${row.request_id}:${row.attempt}:${row.token}`,
    checkpoint: row.checkpoint,
    timeoutSeconds: row.timeout_seconds ?? 0,
  };
}

/** Converts a setting whose 0 means "none" for the statements. */
export function zeroAsNull(seconds: number): number | null {
  return seconds === 0 ? null : seconds;
}

/** The claimed attempt in an answer. */
export interface ClaimRow {
  readonly request_id: string;
  readonly attempt: number;
  readonly job_finished: number;
  readonly request: string;
  readonly token: string;
  readonly checkpoint: string | null;
  readonly timeout_seconds: number | null;
}
