import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile } from "./samples.ts";

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

for (const [samples, part, value] of [
  [[], 0.5, Number.NaN],
  [[7], 0, 7],
  [[7], 1, 7],
  [[3, 1, 2], 0.5, 2],
  [[10, 9], 0.5, 9],
  [HUNDRED, 0, 1],
  [HUNDRED, 0.5, 50],
  [HUNDRED, 0.99, 99],
  [HUNDRED, 1, 100],
] as const)
  test(`the percentile ${part} of ${samples.length} samples is ${value}`, () => {
    assert.equal(percentile(samples, part), value);
  });
