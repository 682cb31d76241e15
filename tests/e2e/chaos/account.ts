import type { Reason } from "../../../worker/src/queue/attempt.ts";
import type { Attempt } from "../requests.ts";

/** What attempts of a whole run add up to. */
export interface Account {
  /** Requests with a SUCCESS. */
  readonly succeeded: number;
  /** SUCCESSes beyond the first of their request. */
  readonly twice: number;
  readonly dead: number;
  /** Attempts that began before the former one of their request had ended. */
  readonly overlapping: number;
  readonly crashed: number;
  readonly interrupted: number;
  readonly error: number;
}

/** Adds up the attempts of a run. */
export function accountOf(attempts: readonly Attempt[]): Account {
  const successes = attempts.filter(({ status }) => status === "SUCCESS");
  const succeeded = new Set(successes.map(({ id }) => id)).size;
  const because = (reason: Reason) => attempts.filter((its) => its.reason === reason).length;
  return {
    succeeded,
    twice: successes.length - succeeded,
    dead: attempts.filter(({ status }) => status === "DEAD").length,
    overlapping: attempts.filter((its) => beganEarly(its, attempts)).length,
    crashed: because("crashed"),
    interrupted: because("interrupted"),
    error: because("error"),
  };
}

function beganEarly({ id, attempt, started_at }: Attempt, attempts: readonly Attempt[]): boolean {
  const former = attempts.find((its) => its.id === id && its.attempt === attempt - 1);
  return former !== undefined && (former.ended_at === null || Date.parse(former.ended_at) > Date.parse(started_at));
}
