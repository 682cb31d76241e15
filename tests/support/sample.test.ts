import assert from "node:assert/strict";
import { test } from "node:test";
import { EXHAUSTIVE, sample } from "./sample.ts";

test("a sample is spread over all cases and includes the first and the last; the exhaustive proofs omit none", () => {
  const cases = Array.from({ length: 100 }, (_, index) => index);
  assert.deepEqual(sample(cases, 4), EXHAUSTIVE ? cases : [0, 33, 66, 99]);
  assert.deepEqual(sample([1, 2], 4), [1, 2]);
  assert.deepEqual(sample([], 4), []);
});
