import { after, describe, test } from "node:test";
import fc from "fast-check";
import { numRuns } from "./numRuns.ts";
import { boundsJobs, convergesToTarget, onlyDeadWorkersCrash, safetyHolds, terminates } from "./properties.ts";
import { explored } from "./replay.ts";
import { DESIGN } from "./rules.ts";

describe("whatever has happened (crashes, lost, frozen and recovered nodes, stopped workers, deleted Jobs and rows, drains, timeouts, deferrals, database restarts, rollouts, late polls)", () => {
  after(() => console.log(`# ${explored.runs} runs, ${explored.states} states`));

  test("in every state at most one pod may write, attempts stay within their limits, and a request has one outcome", () => {
    fc.assert(safetyHolds(DESIGN), { seed: 6, numRuns: numRuns(40_000) });
  });

  test("every request, and every Job except stuck ones, ends within 10 minutes of fair scheduling", (t) => {
    const seconds: number[] = [];
    const property = terminates(DESIGN, (took) => seconds.push(took));
    fc.assert(property, { seed: 1, numRuns: numRuns(8_000) });
    t.diagnostic(`the longest took ${Math.max(...seconds)} s`);
  });

  test("unfinished Jobs, except stuck ones, return to min(maxReplicaCount, unfinished requests), each with a request", () => {
    fc.assert(convergesToTarget(DESIGN), { seed: 2, numRuns: numRuns(1_500) });
  });

  test("without inserts, there are at most two Jobs per request and per attempt that its limits allow, and one per Job presumed absent", () => {
    fc.assert(boundsJobs(DESIGN), { seed: 4, numRuns: numRuns(10_000) });
  });

  test("without faults no attempt is recorded as crashed: a worker that was asked to stop gets its time", () => {
    fc.assert(onlyDeadWorkersCrash(DESIGN), { seed: 5, numRuns: numRuns(10_000) });
  });
});
