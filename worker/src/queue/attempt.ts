import { OwnershipLostError } from "../errors.ts";
import type { LimitName, RETRY_LIMITS } from "../retryLimits.ts";

/** Fences every write after the claim: this attempt, owned by this session. */
export interface AttemptKey {
  readonly kind: string;
  /** The Job whose pod claimed it. */
  readonly jobName: string;
  /** The request's primary key, as text: a JavaScript number cannot hold every bigint exactly. */
  readonly requestId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The session that owns the attempt, by its lock or its lease. */
  readonly session: number;
}

/** How an attempt ended, as recorded in the history. */
export type EndStatus = "SUCCESS" | "FAILED" | "DEAD";

/** Why an attempt did not succeed; determines the limit that it counts against. */
export type Reason = (typeof RETRY_LIMITS)[LimitName]["reason"];

/**
 * The row of a statement that only the attempt's owner may run.
 *
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export function ownedRow<Row>([row]: readonly Row[], { requestId, attempt }: AttemptKey): Row {
  if (row === undefined) throw new OwnershipLostError(requestId, attempt);
  return row;
}

/** The key as the statements' first five parameters. */
export function keyValues({ kind, jobName, requestId, attempt, session }: AttemptKey): readonly unknown[] {
  return [kind, jobName, requestId, attempt, session];
}
