import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maxIntervalDeviation } from "./maxIntervalDeviation.ts";

describe("maxIntervalDeviation", () => {
  test("is that of the gap that differs most, whether shorter or longer", () => {
    assert.equal(maxIntervalDeviation(9, [0, 9_000, 18_100, 27_000]), 0.1);
    assert.equal(maxIntervalDeviation(9, [0, 9_000, 14_000]), 4);
    assert.equal(maxIntervalDeviation(9, [0, 18_000, 27_000]), 9);
  });

  test("is not a number if there is no gap", () => assert.equal(maxIntervalDeviation(9, [1_000]), Number.NaN));
});
