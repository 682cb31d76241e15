import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import type { ClaimParams as WorkerClaimParams } from "../../worker/src/queue/claim.ts";
import { COUNTERS, type Counter, type LimitName } from "../../worker/src/retryLimits.ts";

/** As the worker's, without the kind: there is one. */
export type ClaimParams = Omit<WorkerClaimParams, "kind">;

/** Limits and names as the latest claim leaves them in a row. */
export type ClaimedWith = Pick<ClaimParams, "podName" | LimitName | "backoffSeconds" | "jobFinished">;

/** A row of batch.queue; times are in milliseconds, null is undefined. */
export interface Row extends Record<Counter, number> {
  readonly request: number;
  /** Its place among the waiting ones, before the request's number: enqueued_xid. */
  place: number;
  attempt: number;
  claimedWith: ClaimedWith | undefined;
  session: number | undefined;
  job: string | undefined;
  deadlineAt: number | undefined;
  stoppingUntil: number | undefined;
  suspectedAt: number | undefined;
  reservedUntil: number | undefined;
  leaseUntil: number | undefined;
  availableAt: number | undefined;
  canceled: boolean;
}

/** What a row has lost when it is released to the waiting ones. */
export const RELEASED = {
  job: undefined,
  session: undefined,
  reservedUntil: undefined,
  leaseUntil: undefined,
  deadlineAt: undefined,
  stoppingUntil: undefined,
} satisfies Partial<Row>;

/** A row of batch.history. */
export interface EndedAttempt {
  readonly request: number;
  readonly attempt: number;
  readonly session: number;
  status: EndStatus;
  readonly reason: Reason | undefined;
  readonly job: string;
}

/** What fences every write after the claim, as `AttemptKey` has it. */
export interface Key {
  readonly job: string;
  readonly request: number;
  readonly attempt: number;
  readonly session: number;
}

/** A row of batch.job. */
export interface JobRecord {
  failures: number;
  finished: number;
}

/** A row that was never claimed. */
export function newRow(request: number, place: number): Row {
  return {
    request,
    place,
    attempt: 0,
    ...(Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>),
    claimedWith: undefined,
    suspectedAt: undefined,
    availableAt: undefined,
    canceled: false,
    ...RELEASED,
  };
}
