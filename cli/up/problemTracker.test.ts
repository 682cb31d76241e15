import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "./problem.ts";
import { ProblemTracker } from "./problemTracker.ts";

function problem(subject: string, limitSeconds = 90): Problem {
  return { subject, namespace: "n", name: subject, reason: "CrashLoopBackOff", message: "", advice: "", limitSeconds };
}

const A = [problem("a")];
const ENDLESS = [problem("a", Number.POSITIVE_INFINITY)];
const TWO = [...ENDLESS, problem("b", 30)];

type Second = readonly [second: number, problems: readonly Problem[], says?: string];

const HISTORIES: Record<string, readonly Second[]> = {
  "is reported once, after 30 s, and is permanent at its limit": [
    [0, A],
    [25, A],
    [30, A, "a"],
    [60, A],
    [89, A],
    [90, A, "a is permanent"],
  ],
  "persists through an absence of up to 30 s, in which a crashing container runs": [
    [0, A],
    [20, []],
    [30, A, "a"],
  ],
  "that was absent for longer starts again": [
    [0, A],
    [31, []],
    [90, A],
  ],
  "is reported once and becomes permanent however slow the cluster's answers are": [
    [0, A],
    [40, A, "a"],
    [80, A],
    [120, A, "a is permanent"],
  ],
  "without a limit is reported, and never permanent": [
    [0, ENDLESS],
    [30, ENDLESS, "a"],
    [9_999, ENDLESS],
  ],
  "is tracked independently of others": [
    [0, ENDLESS],
    [30, TWO, "a"],
    [60, TWO, "b, b is permanent"],
  ],
};

for (const [guarantee, history] of Object.entries(HISTORIES)) {
  test(`a problem ${guarantee}`, () => {
    const tracker = new ProblemTracker();
    for (const [second, problems, says = ""] of history) {
      const { report, permanent } = tracker.observe(problems, second * 1_000);
      const said = report.map(({ subject }) => subject);
      if (permanent !== undefined) said.push(`${permanent.subject} is permanent`);
      assert.equal(said.join(", "), says, `after ${second} s`);
    }
  });
}
