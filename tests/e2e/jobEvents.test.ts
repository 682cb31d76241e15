import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countJobs, firstSeen } from "./jobEvents.ts";

describe("countJobs", () => {
  test("no events give zero Jobs", () => {
    assert.deepEqual(countJobs([""]), { created: 0, peak: 0, complete: 0, failed: 0 });
  });

  test("a Job counts once, however often it changes, and is unfinished until its condition says otherwise", () => {
    const lines = [
      "ADDED a",
      "MODIFIED a",
      "ADDED b ",
      "MODIFIED a SuccessCriteriaMet",
      "MODIFIED a SuccessCriteriaMet Complete",
    ];
    assert.deepEqual(countJobs([...lines, "ADDED c", "MODIFIED b FailureTarget Failed"]), {
      created: 3,
      peak: 2,
      complete: 1,
      failed: 1,
    });
  });

  test("a Job deleted while it runs no longer counts as running", () => {
    assert.deepEqual(countJobs(["ADDED a", "DELETED a", "ADDED b"]), { created: 2, peak: 1, complete: 0, failed: 0 });
  });
});

describe("firstSeen", () => {
  test("gives a Job's first time, however often it changes", () => {
    assert.deepEqual(firstSeen(["", "ADDED a", "MODIFIED a", "ADDED b", "DELETED a"], [1, 2, 3, 4, 5]), [2, 4]);
  });
});
