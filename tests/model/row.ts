import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import type { ClaimParams } from "../../worker/src/queue/claim.ts";

/** Limits and names as a claim leaves them in a row. */
type Claimed = Pick<
  ClaimParams,
  "podName" | "backoffLimit" | "crashLimit" | "interruptionLimit" | "backoffSeconds" | "jobFailures" | "jobFinished"
>;

/** A line of batch.queue; times are in milliseconds, null is undefined. */
export interface Row {
  readonly request: number;
  attempt: number;
  errors: number;
  crashes: number;
  interruptions: number;
  claimed: Claimed | undefined;
  session: number | undefined;
  job: string | undefined;
  doubtedAt: number | undefined;
  heldUntil: number | undefined;
  leaseUntil: number | undefined;
}

/** A line of batch.history. */
export interface Ended {
  readonly request: number;
  readonly attempt: number;
  readonly session: number;
  readonly status: EndStatus;
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

/** A line that nobody has claimed yet. */
export function newRow(request: number): Row {
  return {
    request,
    attempt: 0,
    errors: 0,
    crashes: 0,
    interruptions: 0,
    claimed: undefined,
    session: undefined,
    job: undefined,
    doubtedAt: undefined,
    heldUntil: undefined,
    leaseUntil: undefined,
  };
}
