import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "../requests.ts";
import {
  changedByReturn,
  endings,
  idleJobs,
  type Loss,
  type PodRecord,
  secondsToFirstAttempt,
  secondsToRunAgain,
  secondsToTakeOver,
} from "./loss.ts";

const AT = Date.parse("2026-01-01T12:00:00Z");

/** An attempt that starts the given number of seconds after the loss. */
function makeAttempt(id: number, attempt: number, start: number, more: Partial<Attempt> = {}): Attempt {
  const started_at = new Date(AT + start * 1_000).toISOString();
  const names = { job_name: `job-${id}`, pod_name: `pod-${id}-${attempt}` };
  return { id, attempt, status: "RUNNING", reason: null, error: null, ...names, started_at, ended_at: null, ...more };
}

function pod(name: string, job: string, start?: number): PodRecord {
  const startedAt = start === undefined ? undefined : AT + start * 1_000;
  return { name, job, node: "two", createdAt: AT, startedAt, deletedAt: undefined };
}

const CRASHED = {
  status: "FAILED",
  reason: "crashed",
  error: "the worker in pod pod-1-1 died",
  ended_at: "later",
} as const;
const SUCCESS = { status: "SUCCESS", ended_at: "later" } as const;

function loss(more: Partial<Loss>): Loss {
  const none = { running: [], inserted: [], pods: [], before: [], attempts: [], notReadyAt: undefined };
  return { kind: "lost", at: AT, ...none, ...more };
}

const RUNNING = [makeAttempt(1, 1, -5), makeAttempt(2, 1, -4), makeAttempt(3, 3, -3)];

describe("what a loss has cost", () => {
  test("is measured from the loss to each request's next attempt, without requests that succeeded on the node", () => {
    const attempts = [
      makeAttempt(1, 1, -5, CRASHED),
      makeAttempt(1, 2, 30, CRASHED),
      makeAttempt(1, 3, 90, SUCCESS),
      makeAttempt(2, 1, -4, SUCCESS),
      makeAttempt(3, 3, -3, CRASHED),
      makeAttempt(3, 4, 42.5),
    ];
    assert.deepEqual(secondsToRunAgain(loss({ running: RUNNING, before: attempts, attempts })), [30, 42.5]);
  });

  test("is not a number if a request was not replaced, but succeeds on the node after its return", () => {
    const running = RUNNING.slice(0, 1);
    const late = loss({ running, before: running, attempts: [makeAttempt(1, 1, -5, SUCCESS)] });
    assert.deepEqual([secondsToRunAgain(late), secondsToTakeOver(late)], [[Number.NaN], [Number.NaN]]);
  });

  test("is not a number if a request does not run again", () => {
    assert.deepEqual(secondsToRunAgain(loss({ running: RUNNING.slice(0, 1), attempts: RUNNING })), [Number.NaN]);
  });

  test("of a replacement pod's start is measured from the first one that started, for a Job other than the lost pod", () => {
    const pods = [
      pod("pod-1-1", "job-1", -10),
      pod("waits", "job-1"),
      pod("late", "job-1", 95),
      pod("first", "job-1", 88),
      pod("other", "job-2", 20),
    ];
    const attempts = [makeAttempt(1, 1, -5, CRASHED), makeAttempt(1, 2, 99)];
    assert.deepEqual(secondsToTakeOver(loss({ running: RUNNING.slice(0, 1), pods, attempts })), [11]);
  });

  test("is negative if another Job was faster than any replacement pod", () => {
    const attempts = [makeAttempt(1, 1, -5, CRASHED), makeAttempt(1, 2, 30)];
    assert.deepEqual(secondsToTakeOver(loss({ running: RUNNING.slice(0, 1), attempts })), [Number.NEGATIVE_INFINITY]);
  });

  test("for requests inserted later is measured from their insert to their first attempt", () => {
    const inserted = [
      { id: 8, at: AT + 1_000 },
      { id: 9, at: AT + 1_000 },
    ];
    const attempts = [makeAttempt(8, 1, 11, CRASHED), makeAttempt(8, 2, 40)];
    assert.deepEqual(secondsToFirstAttempt(loss({ inserted, attempts })), [10, Number.NaN]);
  });

  test("is recorded by reason and error", () => {
    const attempts = [makeAttempt(1, 1, -5, CRASHED), makeAttempt(2, 1, -4, SUCCESS), makeAttempt(3, 3, -3, CRASHED)];
    const counted = endings(loss({ running: RUNNING, attempts }));
    assert.deepEqual(Object.fromEntries(counted), {
      "crashed (the worker in pod POD died)": 1,
      "crashed (the worker in pod pod-1-1 died)": 1,
      SUCCESS: 1,
    });
  });
});

describe("idle Jobs", () => {
  test("are those since the loss that ran no attempt, counted once each; a pod that never started does not count", () => {
    const pods = [
      { ...pod("before", "job-7", 1), createdAt: AT - 1 },
      { ...pod("busy", "job-1", 20), createdAt: AT + 9_000 },
      { ...pod("idle", "job-8", 20), createdAt: AT + 9_000 },
      { ...pod("again", "job-8", 40), createdAt: AT + 30_000 },
      { ...pod("unscheduled", "job-9"), createdAt: AT + 9_000 },
    ];
    assert.deepEqual(idleJobs(loss({ pods, attempts: RUNNING })), ["job-8"]);
  });
});

describe("a node's return", () => {
  const before = [makeAttempt(1, 1, -5, CRASHED), makeAttempt(1, 2, 30)];

  test("may end an attempt that runs", () => {
    assert.deepEqual(
      changedByReturn(loss({ before, attempts: [before[0] as Attempt, makeAttempt(1, 2, 30, SUCCESS)] })),
      [],
    );
  });

  for (const [how, after] of [
    ["rewrites", [makeAttempt(1, 1, -5, SUCCESS)]],
    ["deletes", []],
  ] as const) {
    test(`must not be one that ${how} an ended attempt`, () => {
      assert.deepEqual(changedByReturn(loss({ before, attempts: after })), [before[0]]);
    });
  }
});
