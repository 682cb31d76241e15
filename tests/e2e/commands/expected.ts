import type { KindAttempt } from "../kinds.ts";
import type { Attempt } from "../requests.ts";

/** How an attempt must end. */
export interface ExpectedEnd extends Pick<Attempt, "status" | "reason"> {
  /** What the error must match. @default - there must be none */
  readonly error?: RegExp;
  /** What the result must hold: these keys of an object, or just this value. @default - there must be none */
  readonly result?: unknown;
}

/** A row and how it must end. */
export interface Expected {
  readonly kind: string;
  readonly verb: string;
  /** In a few words, for the scenario's line. */
  readonly what: string;
  /** One for each attempt, in order. */
  readonly ends: readonly ExpectedEnd[];
}

/** Whether a request's attempts, in order, are those that are expected. */
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
