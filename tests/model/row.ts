import { backoffDelay } from "../../simulator/jobController.ts";
import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import type { ClaimParams as WorkerClaimParams } from "../../worker/src/queue/claim.ts";
import { COUNTERS, type Counter, type LimitName } from "../../worker/src/retryLimits.ts";

/** Like the worker's, without the kind: there is only one. */
export type ClaimParams = Omit<WorkerClaimParams, "kind">;

/** Limits and names that the latest claim has stored in a row. */
type ClaimedWith = Pick<ClaimParams, "podName" | LimitName | "backoffSeconds" | "jobFinished">;

/** The fields of a row that are times. */
export const ROW_TIMES = [
  "suspectedAt",
  "reservedUntil",
  "leaseUntil",
  "deadlineAt",
  "stoppingUntil",
  "availableAt",
] as const;

/** A row of batch.queue; times are in milliseconds, null is undefined. */
export interface Row extends Record<Counter, number>, Record<(typeof ROW_TIMES)[number], number | undefined> {
  readonly request: number;
  /** Its position among waiting requests, before the request's number: enqueued_xid. */
  position: number;
  attempt: number;
  claimedWith: ClaimedWith | undefined;
  session: number | undefined;
  job: string | undefined;
  canceled: boolean;
}

/** The column of a field: `suspected_at`. */
export function toColumn(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The fields that are cleared when a row is released to the waiting requests. */
export const RELEASED = {
  job: undefined,
  session: undefined,
  reservedUntil: undefined,
  leaseUntil: undefined,
  deadlineAt: undefined,
  stoppingUntil: undefined,
} satisfies Partial<Row>;

/** Fences every write after the claim, like `AttemptKey`. */
export interface Key {
  readonly job: string;
  readonly request: number;
  readonly attempt: number;
  readonly session: number;
}

/** A row of batch.history. */
export interface EndedAttempt extends Key {
  status: EndStatus;
  readonly reason: Reason | "canceled" | undefined;
}

/** A row of batch.job. */
export interface JobRecord {
  failures: number;
  finished: number;
}

/** A row that was never claimed. */
export function newRow(request: number, position: number): Row {
  return {
    request,
    position,
    attempt: 0,
    ...(Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>),
    claimedWith: undefined,
    suspectedAt: undefined,
    availableAt: undefined,
    canceled: false,
    ...RELEASED,
  };
}

/** Whether another attempt follows if its worker is dead. */
export function mayBeRetried({ crashes, claimedWith }: Row): boolean {
  return crashes < (claimedWith?.crashLimit ?? 0);
}

/** batch.backoff(): the Job controller's delay after one more failure; zero after the Job's last pod. */
export function backoff(
  failures: number,
  { backoffLimit, backoffSeconds }: Pick<ClaimParams, "backoffLimit" | "backoffSeconds">,
): number {
  return failures >= backoffLimit ? 0 : backoffDelay(failures + 1, backoffSeconds);
}
