import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../../support/limit.ts";
import type { Attempt } from "../requests.ts";
import type { Loss } from "./loss.ts";
import { AT, makeAttempt } from "./makeAttempt.ts";
import { commonFindings, runAgainFinding, takeOverFinding } from "./nodeScenario.ts";

const RUNNING = makeAttempt(1, 1, -5, null, { status: "RUNNING" });
const CRASHED = makeAttempt(1, 1, -5, 27, { status: "FAILED", reason: "crashed", error: "the session ended" });
const AGAIN = makeAttempt(1, 2, 30, 75);
const LATER = makeAttempt(2, 1, 6, 11);

const LOSS: Loss = {
  kind: "lost",
  at: AT,
  running: [RUNNING],
  inserted: [{ id: 2, at: AT + 1_000 }],
  notReadyAt: undefined,
  pods: [],
  before: [CRASHED, LATER],
  attempts: [CRASHED, AGAIN, LATER],
};

/** The findings that are missed with these attempts instead. */
function missed(...attempts: readonly Attempt[]): string[] {
  return commonFindings([{ ...LOSS, attempts }], 10)
    .filter((finding) => !isKept(finding))
    .map(({ what }) => what.split(" ").slice(0, 3).join(" "));
}

describe("what holds for every loss", () => {
  test("is met by a request that runs again once, after its crash was recorded", () => {
    assert.deepEqual(missed(CRASHED, AGAIN, LATER), []);
  });

  for (const [what, attempts, findings] of [
    ["a request that does not succeed", [CRASHED, LATER], ["requests SUCCESS"]],
    ["a second SUCCESS", [CRASHED, AGAIN, makeAttempt(1, 3, 80, 90), LATER], ["SUCCESS twice"]],
    [
      "an attempt that begins before the previous one has ended",
      [CRASHED, { ...AGAIN, started_at: "2026-01-01T12:00:26Z" }, LATER],
      ["attempts at the"],
    ],
    [
      "a loss recorded as an error",
      [{ ...CRASHED, reason: "error" }, AGAIN, LATER],
      ["attempts on the", "ended attempts changed"],
    ],
    [
      "an ended attempt that the node's return changes",
      [{ ...CRASHED, error: "other" }, AGAIN, LATER],
      ["ended attempts changed"],
    ],
    [
      "a later request that waits too long",
      [CRASHED, AGAIN, { ...LATER, started_at: "2026-01-01T12:02:02Z", ended_at: "2026-01-01T12:03:00Z" }],
      ["ended attempts changed", "from a later"],
    ],
    [
      "a later request that never runs",
      [CRASHED, AGAIN],
      ["requests SUCCESS", "ended attempts changed", "from a later"],
    ],
  ] as const) {
    test(`is missed by ${what}`, () => assert.deepEqual(missed(...(attempts as readonly Attempt[])), findings));
  }
});

describe("a drained node", () => {
  const drained = (reason: "interrupted" | "crashed") => {
    const first = makeAttempt(1, 1, -5, 3, { status: "FAILED", reason, error: "SIGTERM" });
    const all = [first, AGAIN, LATER];
    return commonFindings([{ ...LOSS, kind: "drained", before: all, attempts: all }], 10).filter((one) => !isKept(one));
  };

  test("has interrupted what did not succeed on it", () => assert.deepEqual(drained("interrupted"), []));

  test("is missed by a worker that crashed: it was given the time to report", () => {
    const limits = drained("crashed").map(({ what }) => what);
    assert.deepEqual(limits, ["attempts on the lost node recorded as SUCCESS or interrupted"]);
  });
});

describe("the time to run again", () => {
  test("is that of each loss's slowest request, at the 95th percentile of the losses", () => {
    const slow: Loss = { ...LOSS, attempts: [CRASHED, { ...AGAIN, started_at: "2026-01-01T12:05:00Z" }] };
    assert.equal(runAgainFinding(60, [...Array<Loss>(19).fill(LOSS), slow]).measured, 30);
    assert.equal(runAgainFinding(60, [...Array<Loss>(18).fill(LOSS), slow, slow]).measured, 300);
  });

  test("is missed if one request never runs again, however many losses there are", () => {
    const never: Loss = { ...LOSS, attempts: [CRASHED] };
    assert.equal(isKept(runAgainFinding(60, [...Array<Loss>(99).fill(LOSS), never])), false);
  });

  test("is the slowest one from the start of a replacement pod", () => {
    const pod = {
      name: "next",
      job: "job-1",
      node: "two",
      createdAt: AT,
      startedAt: AT + 18_000,
    };
    const finding = takeOverFinding(15, [{ ...LOSS, pods: [pod] }]);
    assert.equal(finding.measured, 12);
    assert.equal(isKept(takeOverFinding(15, [{ ...LOSS, pods: [pod], attempts: [CRASHED] }])), false);
  });
});
