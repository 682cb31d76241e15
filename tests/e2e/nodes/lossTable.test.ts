import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt } from "../requests.ts";
import type { Loss } from "./loss.ts";
import { endingList, insertTable, lossTable, summaryTable } from "./lossTable.ts";

const AT = Date.parse("2026-01-01T12:00:00Z");
const CRASHED = { status: "FAILED", reason: "crashed", error: "the session ended" } as const;

function makeAttempt(id: number, attempt: number, start: number, more: Partial<Attempt> = {}): Attempt {
  const started_at = new Date(AT + start * 1_000).toISOString();
  const names = { job_name: `job-${id}`, pod_name: `pod-${id}-${attempt}` };
  return { id, attempt, status: "SUCCESS", reason: null, error: null, ...names, started_at, ended_at: null, ...more };
}

const running = [makeAttempt(1, 1, -5), makeAttempt(2, 1, -4)];

const LOSS: Loss = {
  kind: "lost",
  at: AT,
  running,
  inserted: [{ id: 3, at: AT + 1_000 }],
  notReadyAt: AT + 50_000,
  pods: [
    { name: "pod-1-1", job: "job-1", node: "two-m02", createdAt: AT - 9_000, startedAt: AT - 6_000, deletedAt: AT },
    { name: "pod-1-2", job: "job-1", node: "two", createdAt: AT + 9_000, startedAt: AT + 20_000, deletedAt: undefined },
    { name: "pod-3-1", job: "job-3", node: "two-m02", createdAt: AT + 3_000, startedAt: undefined, deletedAt: AT },
  ],
  before: [],
  attempts: [
    makeAttempt(1, 1, -5, CRASHED),
    makeAttempt(1, 2, 30.25),
    makeAttempt(2, 1, -4, CRASHED),
    makeAttempt(2, 2, 41),
    makeAttempt(3, 1, 8),
  ],
};

const NOTHING: Loss = { ...LOSS, running: [], inserted: [], notReadyAt: undefined, pods: [], attempts: [] };

describe("the tables of losses", () => {
  test("show each loss on one line, with unobserved values empty", () => {
    assert.deepEqual(lossTable([LOSS, NOTHING], "two-m02").split("\n").slice(2), [
      "| 1 | 2 | 30.3 to 41.0 | 10.3 to 10.3 | 50.0 | 2 | 1 | 0 |",
      "| 2 | 0 | – | – | – | 0 | 0 | 0 |",
    ]);
  });

  test("summarize losses for each number of requests on the lost node", () => {
    const one = { ...LOSS, running: running.slice(0, 1) };
    assert.deepEqual(summaryTable([LOSS, one, LOSS]).split("\n").slice(2), [
      "| 1 | 1 | 30.3 | 30.3 | 30.3 |",
      "| 2 | 2 | 30.3 | 41.0 | 41.0 |",
    ]);
  });

  test("summarize later requests for each moment at which they were inserted", () => {
    const more = { ...LOSS, inserted: [...LOSS.inserted, { id: 1, at: AT - 6_000 }] };
    assert.deepEqual(insertTable([LOSS, more]).split("\n").slice(2), [
      "| 1 | 2 | 7.0 | 7.0 | 7.0 |",
      "| -6 | 1 | 1.0 | 1.0 | 1.0 |",
    ]);
  });

  test("show that a request did not run", () => {
    const never = { ...LOSS, attempts: LOSS.attempts.filter(({ id }) => id === 1) };
    assert.match(lossTable([never], "two-m02"), /\| 1 \| 2 \| 30.3 to 30.3, 1 never \|/);
    assert.match(summaryTable([never]), /\| 2 \| 1 \| – \| – \| never \|/);
    assert.match(insertTable([never]), /\| 1 \| 1 \| – \| – \| never \|/);
  });

  test("count how the attempts ended", () => {
    const succeeded = { ...LOSS, attempts: [makeAttempt(1, 1, -5), makeAttempt(2, 1, -4, CRASHED)] };
    assert.equal(endingList([LOSS, succeeded]), "- 3 crashed (the session ended)\n- 1 SUCCESS");
  });
});
