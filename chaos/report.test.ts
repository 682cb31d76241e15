import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../bench/limit.ts";
import type { Attempt } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { Kill } from "./kill.ts";
import { limitsOf } from "./report.ts";
import { summarize } from "./summary.ts";

const KILL: Kill = { podName: "a-1", at: 1_000, freeAfter: 20, phase: "at work" };
const ATTEMPT = { request: "1", iteration: 1, podName: "a-1", startedAt: 900, endedAt: 1_200 };
const CRASHED: Attempt = { ...ATTEMPT, status: "FAILED", reason: "crashed" };
const SUCCESS: Attempt = {
  request: "1",
  iteration: 2,
  podName: "a-2",
  startedAt: 1_300,
  endedAt: 2_000,
  status: "SUCCESS",
  reason: null,
};

/** One request whose first worker was killed: two claims and a put-down. */
const AS_IT_SHOULD: Batch = {
  ids: ["1"],
  attempts: [CRASHED, SUCCESS],
  kills: [KILL],
  updates: 3,
  jobs: 1,
  failedJobs: 0,
  seconds: 2,
};
const CALM: Batch = { ...AS_IT_SHOULD, attempts: [{ ...SUCCESS, iteration: 1 }], kills: [], updates: 1 };

const missed = (killed: Partial<Batch>, calm: Partial<Batch> = {}) =>
  limitsOf({ kills: 1 }, summarize({ ...CALM, ...calm }), summarize({ ...AS_IT_SHOULD, ...killed }))
    .filter((limit) => !isKept(limit))
    .map(({ what }) => what);

describe("a batch with kills", () => {
  test("in which every request succeeds once keeps every limit, and its times are the kill's", () => {
    assert.deepEqual(missed({}), []);
    const { killToFree, killToRunning, crashed, otherUpdates } = summarize(AS_IT_SHOULD);
    assert.deepEqual(killToFree, { p50: 20, p99: 20, most: 20 });
    assert.deepEqual(killToRunning, { p50: 300, p99: 300, most: 300 });
    assert.deepEqual({ crashed, otherUpdates }, { crashed: 1, otherUpdates: 0 });
  });

  const wrongs: readonly [what: string, batch: Partial<Batch>, limit: RegExp][] = [
    ["a request without SUCCESS", { ids: ["1", "2"] }, /lost/],
    ["two SUCCESSes of one request", { attempts: [CRASHED, SUCCESS, { ...SUCCESS, iteration: 3 }] }, /finished twice/],
    ["a crash that nobody caused", { attempts: [{ ...CRASHED, podName: "b" }, SUCCESS] }, /nobody killed their pod/],
    ["a killed attempt that is forgotten", { attempts: [SUCCESS] }, /no end of it in the history/],
    ["a claim before the kill", { attempts: [CRASHED, { ...SUCCESS, startedAt: 999 }] }, /before their predecessor/],
    ["a lock that is kept for 1.1 s", { kills: [{ ...KILL, freeAfter: 1_100 }] }, /kill to free/],
    ["a heartbeat", { updates: 3 + 3 }, /with kills/],
    ["too few kills", { kills: [] }, /^kills$/],
  ];
  for (const [what, batch, limit] of wrongs) {
    test(`${what} is missed`, () => {
      assert.ok(missed(batch).some((name) => limit.test(name)));
    });
  }

  test("a single write besides the claims is missed where nobody was killed", () => {
    assert.deepEqual(missed({}, { updates: 2 }), [
      "updates of batch.queue besides claims and put-downs, nobody killed",
    ]);
  });
});
