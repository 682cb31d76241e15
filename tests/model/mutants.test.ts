import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { someHistory, someSettings } from "./history.ts";
import { isOver, progress } from "./progress.ts";
import { comesToAnEnd, createsFewJobs, isSound, regainsItsJobs } from "./properties.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { World } from "./world.ts";
import { worldAfter } from "./worldAfter.ts";

const RUNS = { seed: 7, numRuns: 3_000 };

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
    worldAfter(rules, settings, events, ({ quiet, unfinished, queue }, [what]) => {
      if (what !== "poll" || !quiet) return;
      assert.ok(unfinished.length >= Math.min(settings.maxReplicaCount, queue.rows.size), "no Job too few");
    });
  });
}

describe("the next pod of a Job", () => {
  test("gets the same request after an error or a crash, if it is there within 5 s", () => {
    fc.assert(comesBack(DESIGN), RUNS);
  });
});

describe("a design is refused that", () => {
  /** Of the guarantees, the one that it breaks, and what that says. */
  const guarantees = [
    ["lets somebody else's write count", { fences: false }, isSound, /must have one owner/],
    ["holds a request for its Job without an end", { holds: "forever" }, comesToAnEnd, /is over/],
    ["never puts down what a worker held that is gone", { putsDownTheGone: false }, comesToAnEnd, /is over/],
    ["counts a request once more beyond its next claim", { claimEndsDoubt: false }, regainsItsJobs, /no Job too many/],
    ["lets a pod end while a request may still become its own", { podsWait: false }, createsFewJobs, /no Job too many/],
    ["lets crashes be free", { countsCrashes: false }, createsFewJobs, /is over/],
  ] as const;
  for (const [what, mutation, property, why] of guarantees) {
    test(what, () => refuse(property({ ...DESIGN, ...mutation }), why));
  }

  test("frees a request at once instead of holding it for its Job", () => {
    refuse(comesBack({ ...DESIGN, holds: "never" }), /strictly equal/);
  });

  test("counts waiting requests only", () => {
    fc.assert(isSafe(DESIGN), RUNS);
    refuse(isSafe({ ...DESIGN, counts: "waiting" }), /no Job too few/);
  });
});

/** That a property fails, and for this reason. */
function refuse(property: fc.IProperty<unknown>, why: RegExp): void {
  const { failed, errorInstance } = fc.check(property, { ...RUNS, endOnFailure: true });
  assert.ok(failed, "it must fail");
  assert.match(String(errorInstance), why);
}
