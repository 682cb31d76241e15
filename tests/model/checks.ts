import assert from "node:assert/strict";
import type { Reason } from "../../worker/src/queue/attempt.ts";
import { getLimitName } from "../../worker/src/retryLimits.ts";
import { MAX_JOBS } from "./countJobs.ts";
import type { ModelSettings } from "./settings.ts";
import type { Simulation } from "./simulation.ts";

/** The invariants of every state; `settings` are all settings that were in effect so far. */
export function checkState(simulation: Simulation, settings: readonly ModelSettings[]): void {
  checkOwners(simulation);
  checkHistory(simulation, settings);
  const most = Math.max(...settings.map(({ maxReplicaCount }) => maxReplicaCount));
  assert.ok(simulation.unfinished.length <= MAX_JOBS * most, "unfinished Jobs never exceed 5 * maxReplicaCount");
}

/** At most one pod may write for a request, and a Job has at most one request. */
function checkOwners({ queue, pods }: Simulation): void {
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

/** Attempts are numbered without gaps, within their limits, and none follows the end. */
function checkHistory({ queue }: Simulation, settings: readonly ModelSettings[]): void {
  const most = (reason: Reason) => Math.max(...settings.map((each) => each[getLimitName(reason)]));
  const seen = new Map<number, { attempts: number; ended: boolean; used: Map<Reason, number> }>();
  for (const { request, attempt, status, reason } of queue.history) {
    const soFar = seen.get(request) ?? { attempts: 0, ended: false, used: new Map() };
    seen.set(request, soFar);
    assert.ok(!soFar.ended, `request ${request} must have one end`);
    assert.equal(attempt, ++soFar.attempts, `request ${request}: each attempt is counted once`);
    soFar.ended = status !== "FAILED";
    if (!reason || reason === "canceled") continue;
    const used = (soFar.used.get(reason) ?? 0) + 1;
    soFar.used.set(reason, used);
    assert.ok(used <= most(reason) + 1, `request ${request}: ${reason} within its limit`);
  }
  const ended = [...seen.values()].filter((each) => each.ended).length;
  const known = queue.rows.size + ended + queue.removed;
  assert.equal(known, queue.inserted, "every request is in the queue, or SUCCESS, or DEAD, or was deleted unclaimed");
}
