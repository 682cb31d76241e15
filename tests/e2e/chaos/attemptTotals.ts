import type { Reason } from "../../../worker/src/queue/attempt.ts";
import type { Attempt } from "../requests.ts";

/** The totals of a run's attempts. */
interface AttemptTotals {
  /** Requests that succeeded. */
  readonly succeeded: number;
  /** Successes beyond a request's first. */
  readonly twice: number;
  readonly dead: number;
  /** Attempts that began before their request's previous attempt had ended. */
  readonly overlapping: number;
  readonly crashed: number;
  readonly interrupted: number;
  readonly error: number;
}

/** Counts the attempts of a run. */
export function countAttempts(attempts: readonly Attempt[]): AttemptTotals {
  const successes = attempts.filter(({ status }) => status === "SUCCESS");
  const succeeded = new Set(successes.map(({ id }) => id)).size;
  const byReason = (reason: Reason) => attempts.filter((attempt) => attempt.reason === reason).length;
  return {
    succeeded,
    twice: successes.length - succeeded,
    dead: attempts.filter(({ status }) => status === "DEAD").length,
    overlapping: attempts.filter((attempt) => overlapsPrevious(attempt, attempts)).length,
    crashed: byReason("crashed"),
    interrupted: byReason("interrupted"),
    error: byReason("error"),
  };
}

function overlapsPrevious({ id, attempt, started_at }: Attempt, attempts: readonly Attempt[]): boolean {
  const previous = attempts.find((one) => one.id === id && one.attempt === attempt - 1);
  return (
    previous !== undefined && (previous.ended_at === null || Date.parse(previous.ended_at) > Date.parse(started_at))
  );
}
