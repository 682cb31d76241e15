import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { median, percentile, timeRuns } from "./samples.ts";

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

describe("percentile", () => {
  const table: readonly [samples: readonly number[], part: number, value: number][] = [
    [[], 0.5, Number.NaN],
    [[7], 0, 7],
    [[7], 1, 7],
    [[3, 1, 2], 0.5, 2],
    [[10, 9], 0.5, 9],
    [HUNDRED, 0, 1],
    [HUNDRED, 0.5, 50],
    [HUNDRED, 0.99, 99],
    [HUNDRED, 1, 100],
  ];
  for (const [samples, part, value] of table) {
    test(`${part} of ${samples.length} samples is ${value}`, () => assert.equal(percentile(samples, part), value));
  }

  test("leaves the samples in their order", () => {
    const samples = [2, 1];
    percentile(samples, 0.5);
    assert.deepEqual(samples, [2, 1]);
  });
});

test("median is the middle sample, or the lower of the two in the middle", () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2])], [2, 2]);
});

test("timeRuns measures the requested number of calls, one after another, after a tenth as many for warm-up", async () => {
  let calls = 0;
  let running = 0;
  const samples = await timeRuns(20, async () => {
    calls++;
    assert.equal(++running, 1);
    await undefined;
    running--;
  });
  assert.deepEqual([samples.length, calls], [20, 22]);
});
