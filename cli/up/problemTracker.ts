import type { Problem } from "./problem.ts";

/** How long a problem may last before it is reported: many are resolved within seconds. */
const REPORT_AFTER_SECONDS = 30;

/** A crashing container runs in between, so a problem is over only after it has been absent for this long. */
const RESOLVED_AFTER_SECONDS = 30;

interface Tracked {
  readonly sinceMs: number;
  lastSeenMs: number;
  reported: boolean;
}

/** The problems of one observation that need action. */
export interface Verdict {
  /** Problems to report now; each is reported once. */
  readonly report: readonly Problem[];
  /** A problem that counts as permanent. */
  readonly permanent: Problem | undefined;
}

/** Remembers when each problem began. */
export class ProblemTracker {
  readonly #tracked = new Map<string, Tracked>();
  readonly #scale: number;

  /** @param scale - factor for all times, less than 1 in tests. @default 1 */
  constructor(scale = 1) {
    this.#scale = scale * 1_000;
  }

  /** Takes the problems that exist now, and returns those that need action. */
  observe(problems: readonly Problem[], nowMs: number): Verdict {
    // One that is still there after a slow observation was not absent in between.
    const subjects = new Set(problems.map(({ subject }) => subject));
    for (const [subject, { lastSeenMs }] of this.#tracked) {
      const isAbsent = !subjects.has(subject);
      if (isAbsent && nowMs - lastSeenMs > RESOLVED_AFTER_SECONDS * this.#scale) this.#tracked.delete(subject);
    }
    const report: Problem[] = [];
    let permanent: Problem | undefined;
    for (const problem of problems) {
      const tracked = this.#tracked.get(problem.subject) ?? { sinceMs: nowMs, lastSeenMs: nowMs, reported: false };
      this.#tracked.set(problem.subject, tracked);
      tracked.lastSeenMs = nowMs;
      const durationMs = nowMs - tracked.sinceMs;
      if (durationMs >= REPORT_AFTER_SECONDS * this.#scale && !tracked.reported) {
        tracked.reported = true;
        report.push(problem);
      }
      if (durationMs >= problem.limitSeconds * this.#scale) permanent ??= problem;
    }
    return { report, permanent };
  }
}
