import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../support/limit.ts";
import type { Attempt } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Kill } from "./kill.ts";
import { toLimits } from "./report.ts";
import { summarize } from "./summary.ts";

const KILL: Kill = { podName: "a-1", at: 1_000, unlockedAfter: 20, phase: "at work" };
const TIMES = { startedAt: 900, endedAt: 1_200 };
const CRASHED: Attempt = { request: "1", attempt: 1, podName: "a-1", ...TIMES, status: "FAILED", reason: "crashed" };
const SUCCESS: Attempt = {
  ...{ request: "1", attempt: 2, podName: "a-2", startedAt: 1_300, endedAt: 2_000 },
  ...{ status: "SUCCESS", reason: null },
};
const THIRD: Attempt = { ...SUCCESS, attempt: 3 };

/** One request whose worker is not killed: one claim. */
const BASELINE: Batch = {
  ...{ ids: ["1"], attempts: [{ ...SUCCESS, attempt: 1 }], kills: [] },
  ...{ updates: 1, jobs: 1, failedJobs: 0, seconds: 2.04 },
};

/** The same with its first worker killed at work: two claims and a crash. */
const KILLED: Batch = { ...BASELINE, attempts: [CRASHED, SUCCESS], kills: [KILL], updates: 3 };

/** The limits that are missed with these changes. */
const broken = (killed: Partial<Batch>, baseline: Partial<Batch> = {}, kills = 1) =>
  toLimits({ kills }, summarize({ ...BASELINE, ...baseline }), summarize({ ...KILLED, ...killed }))
    .filter((limit) => !isKept(limit))
    .map(({ what }) => what);

/** A crash of another pod, as the second attempt. */
const second = (crashed: Partial<Attempt>): Attempt[] => [
  CRASHED,
  { ...CRASHED, attempt: 2, startedAt: 1_100, ...crashed },
  THIRD,
];

describe("a batch with kills", () => {
  test("in which every request succeeds once meets every limit, with two further writes for a death", () => {
    assert.deepEqual(broken({ updates: 3 + 2 }), []);
    const counted = { attempts: 2, crashed: 1, killToRunning: { p50: 300 }, furtherUpdates: 0 };
    assert.partialDeepStrictEqual(summarize(KILLED), counted);
  });

  test("that requested no kills needs no kill times", () => assert.deepEqual(broken(BASELINE, {}, 0), []));

  test("does not count the lock of a pod that had not yet logged its claim", () => {
    const early: Kill = { podName: "a-0", at: 800, unlockedAfter: 5_000, phase: "before its claim" };
    assert.deepEqual(broken({ kills: [early, KILL], attempts: second({ podName: "a-0" }) }), []);
  });

  const violations: readonly [what: string, batch: Partial<Batch>, ...limits: string[]][] = [
    ["a request without SUCCESS", { ids: ["1", "2"] }, "requests lost"],
    ["two SUCCESSes of one request", { attempts: [CRASHED, SUCCESS, THIRD] }, "requests finished twice"],
    [
      "a crash without a kill",
      { attempts: second({ podName: "b" }), kills: [KILL, { ...KILL, podName: "c", phase: "before its claim" }] },
      "attempts that failed although their pod was not killed",
    ],
    [
      "a killed attempt that is forgotten",
      { kills: [KILL, { ...KILL, podName: "forgotten" }] },
      "killed at work, and no end of it in the history",
    ],
    [
      "a claim before the kill",
      { attempts: [CRASHED, { ...SUCCESS, startedAt: 999 }] },
      "attempts begun before their predecessor was killed",
    ],
    ["more crashes than kills", { attempts: second({}) }, "crashed attempts"],
    ["a lock that is kept for 1.1 s", { kills: [{ ...KILL, unlockedAfter: 1_100 }] }, "kill to unlocked, p99"],
    [
      "a heartbeat",
      { updates: 3 + 3 },
      "the same with kills: one suspicion and one expired reservation for each death",
    ],
    ["too few kills", BASELINE, "kills", "kill to unlocked, p99"],
  ];
  for (const [what, batch, ...limits] of violations) {
    test(`${what} misses its limit, and no other`, () => assert.deepEqual(broken(batch), limits));
  }

  test("a single write besides the claims misses its limit in the batch without kills", () => {
    assert.deepEqual(broken({}, { updates: 2 }), ["updates of batch.queue besides claims and ends, without kills"]);
  });
});
