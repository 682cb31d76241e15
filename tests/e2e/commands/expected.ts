import type { KindAttempt } from "../kinds.ts";
import type { Attempt } from "../requests.ts";

/** The expected end of an attempt. */
interface ExpectedEnd extends Pick<Attempt, "status" | "reason"> {
  /** Must match the error. @default - there must be no error */
  readonly error?: RegExp;
  /** The result must contain these keys of an object, or be this value. @default - there must be no result */
  readonly result?: unknown;
}

/** A row and its expected attempts. */
export interface Expected {
  readonly kind: string;
  readonly verb: string;
  /** A short description for the scenario's line. */
  readonly what: string;
  /** The end of each attempt, in order. */
  readonly ends: readonly ExpectedEnd[];
}

/** Whether a request's attempts, in order, are as expected. */
export function isAsExpected({ ends }: Pick<Expected, "ends">, attempts: readonly KindAttempt[]): boolean {
  return (
    attempts.length === ends.length &&
    ends.every(({ status, reason, error, result }, index) => {
      const attempt = attempts[index] as KindAttempt;
      return (
        attempt.status === status &&
        attempt.reason === reason &&
        (error === undefined ? attempt.error === null : error.test(attempt.error ?? "")) &&
        holds(attempt.result, result ?? null)
      );
    })
  );
}

function holds(value: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return value === expected;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(expected).every(([key, each]) => (value as Record<string, unknown>)[key] === each);
}
