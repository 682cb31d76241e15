import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../bench/limit.ts";
import { toLimits } from "./report.ts";
import { BASELINE, KILLED } from "./summaries.ts";
import type { Summary } from "./summary.ts";

/** The maximum number of updates for a death. */
const AT_ITS_LIMIT: Summary = { ...KILLED, furtherUpdates: 2 };

const broken = (killed: Partial<Summary>, baseline: Partial<Summary> = {}, kills = 1) =>
  toLimits({ kills }, { ...BASELINE, ...baseline }, { ...AT_ITS_LIMIT, ...killed })
    .filter((limit) => !isKept(limit))
    .map(({ what }) => what);

describe("a batch with kills", () => {
  test("in which every request succeeds once meets every limit", () => assert.deepEqual(broken({}), []));

  test("that requested no kills needs no kill times", () => assert.deepEqual(broken(BASELINE, {}, 0), []));

  const wrongs: readonly [what: string, summary: Partial<Summary>, limit: string][] = [
    ["a request without SUCCESS", { lost: 1 }, "requests lost"],
    ["two SUCCESSes of one request", { finishedTwice: 1 }, "requests finished twice"],
    ["a crash without a kill", { failedWithoutKill: 1 }, "attempts that failed although their pod was not killed"],
    ["a killed attempt that is forgotten", { killedNoOutcome: 1 }, "killed at work, and no end of it in the history"],
    ["a claim before the kill", { overlapping: 1 }, "attempts begun before their predecessor was killed"],
    ["more crashes than kills", { crashed: 2 }, "crashed attempts"],
    [
      "a lock that is kept for 1.1 s",
      { killToUnlocked: { p50: 20, p99: 1_100, most: 1_100 } },
      "kill to unlocked, p99",
    ],
    [
      "a heartbeat",
      { furtherUpdates: 3 },
      "the same with kills: one suspicion and one expired reservation for each death",
    ],
    ["too few kills", { kills: 0, furtherUpdates: 0 }, "kills"],
  ];
  for (const [what, summary, limit] of wrongs) {
    test(`${what} misses its limit, and no other`, () => assert.deepEqual(broken(summary), [limit]));
  }

  test("a single write besides the claims misses its limit in the batch without kills", () => {
    assert.deepEqual(broken({}, { furtherUpdates: 1 }), [
      "updates of batch.queue besides claims and ends, without kills",
    ]);
  });
});
