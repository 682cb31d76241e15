import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { idleJobs, type Loss, type PodRecord, secondsToRunAgain, secondsToTakeOver } from "./loss.ts";
import { AT, makeAttempt } from "./makeAttempt.ts";

function pod(name: string, job: string, start?: number, created = 0): PodRecord {
  const startedAt = start === undefined ? undefined : AT + start * 1_000;
  return { name, job, node: "two", createdAt: AT + created * 1_000, startedAt };
}

const RUNNING = makeAttempt(1, 1, -5, null, { status: "RUNNING" });
const CRASHED = makeAttempt(1, 1, -5, 27, { status: "FAILED", reason: "crashed", error: "the session ended" });

function loss(more: Partial<Loss>): Loss {
  const none = { inserted: [], pods: [], before: [], attempts: [], notReadyAt: undefined };
  return { kind: "lost", at: AT, running: [RUNNING], ...none, ...more };
}

describe("what a loss has cost", () => {
  test("is not a number if a request was not replaced, but succeeds on the node after its return", () => {
    const late = loss({ before: [RUNNING], attempts: [makeAttempt(1, 1, -5, 300)] });
    assert.deepEqual([secondsToRunAgain(late), secondsToTakeOver(late)], [[Number.NaN], [Number.NaN]]);
  });

  test("of a replacement pod's start is measured from the first one that started, for a Job other than the lost pod", () => {
    const pods = [
      pod("pod-1-1", "job-1", -10),
      pod("waits", "job-1"),
      pod("late", "job-1", 95),
      pod("first", "job-1", 88),
      pod("other", "job-2", 20),
    ];
    assert.deepEqual(secondsToTakeOver(loss({ pods, attempts: [CRASHED, makeAttempt(1, 2, 99, 140)] })), [11]);
  });

  test("is negative if another Job was faster than any replacement pod", () => {
    const attempts = [CRASHED, makeAttempt(1, 2, 30, 75)];
    assert.deepEqual(secondsToTakeOver(loss({ attempts })), [Number.NEGATIVE_INFINITY]);
  });
});

test("idle Jobs are those since the loss that ran no attempt, counted once each; a pod that never started does not count", () => {
  const pods = [
    pod("before", "job-7", 1, -1),
    pod("busy", "job-1", 20, 9),
    pod("idle", "job-8", 20, 9),
    pod("again", "job-8", 40, 30),
    pod("unscheduled", "job-9", undefined, 9),
  ];
  assert.deepEqual(idleJobs(loss({ pods, attempts: [RUNNING] })), ["job-8"]);
});
