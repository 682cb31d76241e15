import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planLosses } from "./planLosses.ts";

describe("the losses of a run", () => {
  test("have 2, 4 and 8 requests on the node in turn, and 8 in the last loss", () => {
    const counts = planLosses("lost", 20, 5).map(({ seconds }) => seconds.length);
    assert.deepEqual(counts.slice(-4), [8, 2, 4, 8]);
    assert.deepEqual(
      [2, 4, 8].map((count) => counts.filter((one) => one === count).length),
      [6, 7, 7],
    );
  });

  test("happen at moments spread over the time between two polls", () => {
    assert.deepEqual(
      planLosses("lost", 4, 5).map(({ delaySeconds }) => delaySeconds),
      [0, 1.25, 2.5, 3.75],
    );
  });

  test("have requests inserted at once, and in the last loss long after Kubernetes has given up the node", () => {
    assert.deepEqual(
      planLosses("lost", 2, 5).map(({ insertAt }) => insertAt),
      [[1], [1, 60, 150]],
    );
  });

  test("have long requests only in the last loss, and only if requested", () => {
    const longest = (outlive: boolean) => planLosses("lost", 2, 5, outlive).map(({ seconds }) => Math.max(...seconds));
    assert.deepEqual(
      [longest(false), longest(true)],
      [
        [45, 45],
        [45, 900],
      ],
    );
  });
});
