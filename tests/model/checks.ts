import assert from "node:assert/strict";
import type { ModelSettings } from "./settings.ts";
import type { World } from "./world.ts";

/** What must hold in every state, whatever has happened; `settings` are all that were in force so far. */
export function checkState(world: World, settings: readonly ModelSettings[]): void {
  checkOwners(world);
  checkHistory(world, settings);
  const most = Math.max(...settings.map(({ maxReplicaCount }) => maxReplicaCount));
  assert.ok(world.unfinished.length <= most, "unfinished Jobs never exceed maxReplicaCount");
}

/** One request, one pod that may write; one Job, one request. */
function checkOwners({ queue, pods }: World): void {
  const owners = new Set<number>();
  for (const { key } of pods.values()) {
    const row = key && queue.owned(key);
    if (!row) continue;
    assert.ok(!owners.has(row.request), `request ${row.request} must have one owner`);
    owners.add(row.request);
  }
  const jobs = [...queue.rows.values()].flatMap(({ job }) => job ?? []);
  assert.equal(new Set(jobs).size, jobs.length, "a Job has one request at a time");
}

/** Attempts are counted without a gap, within the budgets, and nothing comes after the end. */
function checkHistory({ queue }: World, settings: readonly ModelSettings[]): void {
  const limit = (which: "backoffLimit" | "crashLimit" | "interruptionLimit") =>
    Math.max(...settings.map((each) => each[which]));
  const budgets = {
    error: limit("backoffLimit"),
    crashed: limit("crashLimit"),
    interrupted: limit("interruptionLimit"),
  };
  const seen = new Map<
    number,
    { attempts: number; over: boolean; error: number; crashed: number; interrupted: number }
  >();
  for (const { request, attempt, status, reason } of queue.history) {
    const so = seen.get(request) ?? { attempts: 0, over: false, error: 0, crashed: 0, interrupted: 0 };
    seen.set(request, so);
    assert.ok(!so.over, `request ${request} must have one end`);
    assert.equal(attempt, ++so.attempts, `request ${request}: each attempt is counted once`);
    const granted = 1 + budgets.error + budgets.crashed + budgets.interrupted;
    assert.ok(attempt <= granted, `request ${request}: no more attempts than its budgets grant`);
    so.over = status !== "FAILED";
    if (reason) assert.ok(++so[reason] <= budgets[reason] + 1, `request ${request}: ${reason} within its budget`);
  }
  const over = [...seen.values()].filter((each) => each.over).length;
  assert.equal(queue.rows.size + over, queue.inserted, "every request is in the queue, or SUCCESS, or DEAD");
}
