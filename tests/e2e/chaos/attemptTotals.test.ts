import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "../requests.ts";
import { countAttempts } from "./attemptTotals.ts";

/** An attempt of request `id` between two seconds of a minute. */
function attempt(id: number, attempt: number, status: string, from: number, to: number | null, reason?: string) {
  const at = (second: number) => `2026-11-25T00:00:${String(second).padStart(2, "0")}+00:00`;
  const times = { started_at: at(from), ended_at: to === null ? null : at(to) };
  return { id, attempt, status, reason: reason ?? null, job_name: "job", pod_name: "pod", ...times } as Attempt;
}

const nothing = { succeeded: 0, twice: 0, dead: 0, overlapping: 0, crashed: 0, interrupted: 0, error: 0 };

describe("countAttempts", () => {
  test("no attempts give zero totals", () => assert.deepEqual(countAttempts([]), nothing));

  test("counts how attempts ended, by their reason", () => {
    const all = [
      attempt(1, 1, "FAILED", 0, 1, "crashed"),
      attempt(1, 2, "FAILED", 1, 2, "interrupted"),
      attempt(1, 3, "SUCCESS", 3, 4),
      attempt(2, 1, "DEAD", 0, 1, "error"),
      attempt(3, 1, "RUNNING", 0, null),
    ];
    assert.deepEqual(countAttempts(all), { ...nothing, succeeded: 1, dead: 1, crashed: 1, interrupted: 1, error: 1 });
  });

  test("notices a request that ran twice", () => {
    const all = [attempt(1, 1, "SUCCESS", 0, 1), attempt(1, 2, "SUCCESS", 1, 2)];
    assert.deepEqual(countAttempts(all), { ...nothing, succeeded: 1, twice: 1 });
  });

  for (const [what, end] of [
    ["ended later", 3],
    ["has not ended", null],
  ] as const) {
    test(`notices an attempt that began although the previous one ${what}`, () => {
      const all = [attempt(1, 1, "FAILED", 0, end, "crashed"), attempt(1, 2, "SUCCESS", 2, 5)];
      assert.equal(countAttempts(all).overlapping, 1);
    });
  }
});
