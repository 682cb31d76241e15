import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../bench/limit.ts";
import { limitsOf } from "./report.ts";
import { CALM, KILLED } from "./summaries.ts";
import type { Summary } from "./summary.ts";

/** As many updates as the death may make. */
const AT_ITS_LIMIT: Summary = { ...KILLED, otherUpdates: 2 };

const broken = (killed: Partial<Summary>, calm: Partial<Summary> = {}, kills = 1) =>
  limitsOf({ kills }, { ...CALM, ...calm }, { ...AT_ITS_LIMIT, ...killed })
    .filter((limit) => !isKept(limit))
    .map(({ what }) => what);

describe("a batch with kills", () => {
  test("in which every request succeeds once keeps every limit", () => assert.deepEqual(broken({}), []));

  test("that was asked for none needs no time of a kill", () => assert.deepEqual(broken(CALM, {}, 0), []));

  const wrongs: readonly [what: string, summary: Partial<Summary>, limit: string][] = [
    ["a request without SUCCESS", { lost: 1 }, "requests lost"],
    ["two SUCCESSes of one request", { finishedTwice: 1 }, "requests finished twice"],
    ["a crash that nobody caused", { chargedWithoutKill: 1 }, "attempts charged although nobody killed their pod"],
    ["a killed attempt that is forgotten", { killedWithoutEnd: 1 }, "killed at work, and no end of it in the history"],
    ["a claim before the kill", { sideBySide: 1 }, "attempts begun before their predecessor was killed"],
    ["more crashes than kills", { crashed: 2 }, "crashed attempts"],
    ["a lock that is kept for 1.1 s", { killToFree: { p50: 20, p99: 1_100, most: 1_100 } }, "kill to free, p99"],
    ["a heartbeat", { otherUpdates: 3 }, "the same with kills: one doubt and one hold that is over, a death"],
    ["too few kills", { kills: 0, otherUpdates: 0 }, "kills"],
  ];
  for (const [what, summary, limit] of wrongs) {
    test(`${what} breaks its limit, and no other`, () => assert.deepEqual(broken(summary), [limit]));
  }

  test("a single write besides the claims breaks its limit where nobody was killed", () => {
    assert.deepEqual(broken({}, { otherUpdates: 1 }), [
      "updates of batch.queue besides claims and put-downs, nobody killed",
    ]);
  });
});
