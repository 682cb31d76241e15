import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Kill } from "./kill.ts";
import { KILLED } from "./summaries.ts";
import { type Summary, summarize } from "./summary.ts";

const KILL: Kill = { podName: "a-1", at: 1_000, unlockedAfter: 20, phase: "at work" };
const ATTEMPT = { request: "1", attempt: 1, podName: "a-1", startedAt: 900, endedAt: 1_200 };
const CRASHED: Attempt = { ...ATTEMPT, status: "FAILED", reason: "crashed" };
const SUCCESS: Attempt = {
  request: "1",
  attempt: 2,
  podName: "a-2",
  startedAt: 1_300,
  endedAt: 2_000,
  status: "SUCCESS",
  reason: null,
};

/** One request whose first worker was killed: two claims and a crash. */
const AS_IT_SHOULD: Batch = {
  ids: ["1"],
  attempts: [CRASHED, SUCCESS],
  kills: [KILL],
  updates: 3,
  jobs: 1,
  failedJobs: 0,
  seconds: 2.04,
};

describe("a batch's summary", () => {
  test("of a batch whose killed request succeeds at its second attempt counts exactly what was done", () => {
    assert.deepEqual(summarize(AS_IT_SHOULD), KILLED);
  });

  const counted: readonly [what: string, batch: Partial<Batch>, counts: Partial<Summary>][] = [
    ["a request without SUCCESS", { ids: ["1", "2"] }, { requests: 2, succeeded: 1, lost: 1 }],
    [
      "two SUCCESSes of one request",
      { attempts: [CRASHED, SUCCESS, { ...SUCCESS, attempt: 3 }] },
      { finishedTwice: 1, succeeded: 1 },
    ],
    ["a crash without a kill", { attempts: [{ ...CRASHED, podName: "b" }, SUCCESS] }, { failedWithoutKill: 1 }],
    ["a killed attempt that is forgotten", { attempts: [SUCCESS] }, { killedNoOutcome: 1, crashed: 0 }],
    ["a claim before the kill", { attempts: [CRASHED, { ...SUCCESS, startedAt: 999 }] }, { overlapping: 1 }],
    ["three updates that are no claim and no put-down", { updates: 3 + 3 }, { furtherUpdates: 3 }],
    [
      "a crash whose pod had not yet logged its claim, whose lock does not count",
      { kills: [{ ...KILL, phase: "before its claim" }] },
      { crashedBeforeLog: 1, killToUnlocked: { p50: Number.NaN, p99: Number.NaN, most: Number.NaN } },
    ],
  ];
  for (const [what, batch, counts] of counted) {
    test(`counts ${what}`, () => {
      assert.partialDeepStrictEqual(summarize({ ...AS_IT_SHOULD, ...batch }), counts);
    });
  }
});
