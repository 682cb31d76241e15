import assert from "node:assert/strict";
import fc from "fast-check";
import { settingsArb } from "./history.ts";
import type { Rules } from "./rules.ts";
import { isOver, runFairly } from "./runFairly.ts";
import { Simulation } from "./simulation.ts";

const WORKS = fc.array(fc.constantFrom("succeeds", "throws", "crashes", "finalError"), { minLength: 1, maxLength: 12 });
const INSERTED = fc.integer({ min: 1, max: 5 });

/** Seconds to a pod's first claim: within 5 s of being due, the time for which a crash is left to its own Job. */
const POD_START = fc.integer({ min: 1, max: 4 });

/**
 * The next pod of a Job whose pod failed or crashed gets the same request if pods claim within 5 s; also in a Job whose
 * earlier requests are DEAD.
 */
export function sameRequestReturns(rules: Rules) {
  const settings = settingsArb({ requestsPerJob: 1, timeoutSeconds: 0 });
  return fc.property(settings, WORKS, INSERTED, POD_START, (given, ends, count, podStart) => {
    const simulation = new Simulation(given, { rules });
    const { history } = simulation.queue;
    const expected = new Map<string, number>();
    let read = 0;
    let turn = 0;
    function done(): boolean {
      for (; read < history.length; read++) {
        const { status, job, request } = history[read] ?? assert.fail();
        if (status === "FAILED") expected.set(job, request);
      }
      for (const { key } of simulation.running) {
        const request = key && expected.get(key.job);
        if (request === undefined) continue;
        assert.equal(key?.request, request, "the same request");
        expected.delete(key?.job ?? "");
      }
      return isOver(simulation);
    }
    simulation.queue.insert(count);
    runFairly(simulation, { seconds: 3_600, podStart, work: () => ends[turn++ % ends.length] ?? "succeeds", done });
    assert.ok(isOver(simulation), "every request and every Job is over");
  });
}
