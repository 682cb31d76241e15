import type { Attempt } from "../requests.ts";

/** The moment of a loss in tests, in milliseconds since the epoch. */
export const AT = Date.parse("2026-01-01T12:00:00Z");

/** An attempt with its start and end in seconds after the loss; it has succeeded, unless `more` says otherwise. */
export function makeAttempt(
  id: number,
  attempt: number,
  start: number,
  end: number | null,
  more: Partial<Attempt> = {},
): Attempt {
  const time = (seconds: number) => new Date(AT + seconds * 1_000).toISOString();
  const names = { job_name: `job-${id}`, pod_name: `pod-${id}-${attempt}` };
  const times = { started_at: time(start), ended_at: end === null ? null : time(end) };
  return { id, attempt, status: "SUCCESS", reason: null, error: null, ...names, ...times, ...more };
}
