import { after, describe, test } from "node:test";
import fc from "fast-check";
import { numRuns } from "./numRuns.ts";
import { boundsJobs, convergesToTarget, onlyTheDeadCrash, safetyHolds, terminates } from "./properties.ts";
import { explored } from "./replay.ts";
import { DESIGN } from "./rules.ts";

describe("whatever has happened (crashes, lost, frozen and recovered nodes, stopped workers, deleted Jobs and rows, drains, timeouts, deferrals, database restarts, rollouts, late polls)", () => {
  after(() => console.log(`# ${explored.runs} runs, ${explored.states} states`));

  test("one pod may write, attempts and limits are kept to, and a request has one end, in every state", () => {
    fc.assert(safetyHolds(DESIGN), { seed: 6, numRuns: numRuns(40_000) });
  });

  test("every request ends, and every Job but the stuck ones, within 10 minutes of fair scheduling", (t) => {
    let longest = 0;
    const property = terminates(DESIGN, (seconds) => {
      longest = Math.max(longest, seconds);
    });
    fc.assert(property, { seed: 1, numRuns: numRuns(8_000) });
    t.diagnostic(`the longest took ${longest} s`);
  });

  test("unfinished Jobs, but the stuck ones, return to min(maxReplicaCount, unfinished requests), each with a request", () => {
    fc.assert(convergesToTarget(DESIGN), { seed: 2, numRuns: numRuns(1_500) });
  });

  test("with no insert, at most two Jobs for each request and each attempt that its limits grant, and one for each presumed absent", () => {
    fc.assert(boundsJobs(DESIGN), { seed: 4, numRuns: numRuns(10_000) });
  });

  test("without faults no attempt is recorded as crashed: a worker that was asked to stop is waited for", () => {
    fc.assert(onlyTheDeadCrash(DESIGN), { seed: 5, numRuns: numRuns(10_000) });
  });
});
