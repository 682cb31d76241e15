import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { checkState } from "./checks.ts";
import { happen, someHistory, someSettings } from "./history.ts";
import { isOver, progress } from "./progress.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { World } from "./world.ts";

const RUNS = { seed: 8, numRuns: 3_000 };

/**
 * That the next pod of a Job whose pod threw or crashed gets the same request, where pods claim within 5 s. Not in a Job
 * that has outlived a request: the next request's row does not know of its failures, and is held for too short.
 */
function comesBack(rules: Rules) {
  const works = fc.array(fc.constantFrom("succeeds", "throws", "crashes"), { minLength: 1, maxLength: 12 });
  const inserted = fc.integer({ min: 1, max: 5 });
  const podStart = fc.integer({ min: 1, max: 4 });
  return fc.property(
    someSettings({ requestsPerJob: 1 }),
    works,
    inserted,
    podStart,
    (settings, ends, count, seconds) => {
      const world = new World(settings, { rules });
      const { history } = world.queue;
      const wanted = new Map<string, number>();
      const outlived = new Set<string>();
      let read = 0;
      let turn = 0;
      function done(): boolean {
        for (; read < history.length; read++) {
          const { status, job, request } = history[read] ?? assert.fail();
          if (status === "DEAD") outlived.add(job);
          if (status === "FAILED" && !outlived.has(job)) wanted.set(job, request);
        }
        for (const { key } of world.running) {
          if (!key || wanted.get(key.job) === undefined) continue;
          assert.equal(key.request, wanted.get(key.job));
          wanted.delete(key.job);
        }
        return isOver(world);
      }
      world.queue.insert(count);
      const work = () => ends[turn++ % ends.length] ?? "succeeds";
      progress(world, { seconds: 3_600, podStart: seconds, work, done });
      assert.ok(isOver(world));
    },
  );
}

/** That there are enough Jobs at quiet moments, and no request has two owners. */
function isSafe(rules: Rules) {
  const history = someHistory({ harm: true });
  return fc.property(someSettings({ requestsPerJob: 1 }), history, (settings, events) => {
    const world = new World(settings, { rules });
    for (const event of events) {
      happen(world, event);
      checkState(world, [settings]);
      if (event[0] !== "poll" || !world.quiet) continue;
      assert.ok(world.unfinished.length >= Math.min(settings.maxReplicaCount, world.queue.rows.size));
    }
  });
}

describe("the next pod of a Job", () => {
  test("gets the same request after an error or a crash, if it is there within 5 s", () => {
    fc.assert(comesBack(DESIGN), RUNS);
  });
});

describe("a design is refused that", () => {
  test("frees a request at once instead of holding it for its Job", () => {
    assert.ok(fc.check(comesBack({ ...DESIGN, holds: false }), { ...RUNS, endOnFailure: true }).failed);
  });

  test("counts waiting requests only", () => {
    fc.assert(isSafe(DESIGN), RUNS);
    assert.ok(fc.check(isSafe({ ...DESIGN, counts: "waiting" }), { ...RUNS, endOnFailure: true }).failed);
  });
});
