import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../support/limit.ts";
import { type EffectCounts, toLimits } from "./effects.ts";

const COUNTS: EffectCounts = {
  ...{ requests: 2, succeeded: 2, finishedTwice: 0, unfinished: 0, attempts: 5, crashed: 3, failedOtherwise: 0 },
  ...{ effectsWanted: 8, effects: 8, effectsMissing: 0, effectsTwice: 0, refused: 1, repeated: 1 },
};
const KILLS = { runner: 1, command: 1, both: 1 };

/** The limits that are missed. */
function findMissed(counts: Partial<EffectCounts>, kills = KILLS): string[] {
  return toLimits({ kills: 3 }, kills, { ...COUNTS, ...counts })
    .filter((limit) => !isKept(limit))
    .map(({ what }) => what);
}

describe("effects under kills", () => {
  test("that each exist once meet every limit", () => assert.deepEqual(findMissed({}), []));

  const wrong: readonly (readonly [counts: Partial<EffectCounts>, limits: readonly string[]])[] = [
    [{ succeeded: 1 }, ["requests with SUCCESS"]],
    [{ finishedTwice: 1 }, ["requests finished twice"]],
    [{ unfinished: 1 }, ["requests unfinished"]],
    [{ effects: 7, effectsMissing: 1 }, ["effects", "effects missing"]],
    [{ effectsTwice: 1 }, ["effects there twice"]],
    [{ crashed: 4 }, ["crashed attempts"]],
    [{ failedOtherwise: 1 }, ["attempts that failed without being killed"]],
  ];
  for (const [counts, limits] of wrong) {
    test(`with ${JSON.stringify(counts)} miss that limit, and no other`, () => {
      assert.deepEqual(findMissed(counts), limits);
    });
  }

  test("with fewer kills than requested miss the limit on kills", () => {
    assert.deepEqual(findMissed({}, { ...KILLS, both: 0 }), ["kills", "crashed attempts"]);
  });
});
