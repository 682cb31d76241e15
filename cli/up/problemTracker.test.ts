import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Problem } from "./problem.ts";
import { ProblemTracker } from "./problemTracker.ts";

function problem(subject: string, limitSeconds = 90): Problem {
  return { subject, namespace: "n", name: subject, reason: "CrashLoopBackOff", message: "", advice: "", limitSeconds };
}

/** The reported and the permanent problems at each second. */
function follow(history: readonly (readonly [second: number, problems: readonly Problem[]])[]) {
  const tracker = new ProblemTracker();
  return history.map(([second, problems]) => {
    const { report, permanent } = tracker.observe(problems, second * 1_000);
    return [second, report.map(({ subject }) => subject).join(), permanent?.subject];
  });
}

describe("a problem", () => {
  test("is reported once, after 30 s, and is permanent at its limit", () => {
    const lasting = [problem("a")];
    assert.deepEqual(
      follow([
        [0, lasting],
        [25, lasting],
        [30, lasting],
        [60, lasting],
        [89, lasting],
        [90, lasting],
      ]),
      [
        [0, "", undefined],
        [25, "", undefined],
        [30, "a", undefined],
        [60, "", undefined],
        [89, "", undefined],
        [90, "", "a"],
      ],
    );
  });

  test("persists through an absence of up to 30 s, in which a crashing container runs", () => {
    assert.deepEqual(
      follow([
        [0, [problem("a")]],
        [20, []],
        [30, [problem("a")]],
      ]).at(-1),
      [30, "a", undefined],
    );
  });

  test("that was absent for longer starts again", () => {
    assert.deepEqual(
      follow([
        [0, [problem("a")]],
        [31, []],
        [90, [problem("a")]],
      ]).at(-1),
      [90, "", undefined],
    );
  });

  test("is reported once and becomes permanent however slow the cluster's answers are", () => {
    const lasting = [problem("a")];
    assert.deepEqual(
      follow([
        [0, lasting],
        [40, lasting],
        [80, lasting],
        [120, lasting],
      ]),
      [
        [0, "", undefined],
        [40, "a", undefined],
        [80, "", undefined],
        [120, "", "a"],
      ],
    );
  });

  test("without a limit is reported, and never permanent", () => {
    const endless = [problem("a", Number.POSITIVE_INFINITY)];
    assert.deepEqual(
      follow([
        [0, endless],
        [30, endless],
        [9_999, endless],
      ]).map(([, reported, permanent]) => [reported, permanent]),
      [
        ["", undefined],
        ["a", undefined],
        ["", undefined],
      ],
    );
  });

  test("is tracked independently of others", () => {
    assert.deepEqual(
      follow([
        [0, [problem("a", Number.POSITIVE_INFINITY)]],
        [30, [problem("a", Number.POSITIVE_INFINITY), problem("b", 30)]],
        [60, [problem("a", Number.POSITIVE_INFINITY), problem("b", 30)]],
      ]).at(-1),
      [60, "b", "b"],
    );
  });
});
