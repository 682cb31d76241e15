import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KindAttempt } from "../kinds.ts";
import { isAsExpected } from "./expected.ts";

function attempt(end: Partial<KindAttempt>): KindAttempt {
  return { status: "SUCCESS", reason: null, error: null, result: null, ...end } as KindAttempt;
}
const failed = attempt({ status: "FAILED", reason: "error", error: "exit code 3: why" });
const succeeded = attempt({ result: { uid: 7, more: true } });
const ends = [
  { status: "FAILED", reason: "error", error: /^exit code 3/ },
  { status: "SUCCESS", reason: null, result: { uid: 7 } },
] as const;

describe("isAsExpected", () => {
  test("accepts attempts that end in this order; results may contain additional keys", () =>
    assert.ok(isAsExpected({ ends }, [failed, succeeded])));

  for (const [what, attempts] of [
    ["one attempt fewer", [failed]],
    ["one attempt more", [failed, succeeded, succeeded]],
    ["another order", [succeeded, failed]],
    ["another status", [{ ...failed, status: "DEAD" }, succeeded]],
    ["another reason", [{ ...failed, reason: "crashed" }, succeeded]],
    ["another error", [{ ...failed, error: "exit code 4" }, succeeded]],
    ["an error that is not expected", [failed, { ...succeeded, error: "late" }]],
    ["another result", [failed, { ...succeeded, result: { uid: 8 } }]],
    ["no result", [failed, { ...succeeded, result: null }]],
    ["a result that is not expected", [{ ...failed, result: 1 }, succeeded]],
  ] as const) {
    test(`refuses ${what}`, () => assert.ok(!isAsExpected({ ends }, attempts as readonly KindAttempt[])));
  }
});
