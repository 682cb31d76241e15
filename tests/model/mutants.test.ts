import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { sample } from "../support/sample.ts";
import { numRuns } from "./numRuns.ts";
import { boundsJobs, convergesToTarget, onlyDeadWorkersCrash, safetyHolds, terminates } from "./properties.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { sameRequestReturns } from "./sameRequest.ts";
import {
  boundsIdleJobs,
  noFailedJobKeepsAPlace,
  noJobIsIdle,
  noJobOfSeveralIsIdle,
  nothingStarves,
} from "./scalingProperties.ts";

describe("the next pod of a Job", () => {
  test("gets the same request after an error or a crash, if it claims within 5 s", () => {
    fc.assert(sameRequestReturns(DESIGN), { seed: 7, numRuns: numRuns(10_000) });
  });
});

test("no request is reserved for a Failed Job if requests fail and are deferred", () => {
  fc.assert(noFailedJobKeepsAPlace(DESIGN), { seed: 7, numRuns: numRuns(2_000) });
});

/** The change, the changed rules, the property that it violates, and the message. */
const MUTANTS: readonly (readonly [string, Partial<Rules>, (rules: Rules) => fc.IProperty<unknown>, RegExp])[] = [
  ["counts waiting requests only", { countOnly: "waiting" }, noJobIsIdle, /Jobs at a steady state/],
  ["reserves no request for its Job", { reservation: "never" }, sameRequestReturns, /the same request/],
  ["reserves a request without an end", { reservation: "forever" }, terminates, /is over/],
  [
    "computes a reservation from the row's attempts only",
    { reservationFrom: "row" },
    sameRequestReturns,
    /the same request/,
  ],
  ["accepts another worker's write", { fencing: false }, safetyHolds, /must have one owner/],
  ["never ends a dead worker's attempt", { reapDead: false }, terminates, /is over/],
  [
    "counts a suspected request twice beyond its next claim",
    { claimClearsSuspicion: false },
    convergesToTarget,
    /no Job too many/,
  ],
  ["lets a pod end while a request may still become its own", { podsWait: false }, boundsJobs, /no Job too many/],
  ["counts no crash", { countCrashes: false }, boundsJobs, /is over/],
  ["never ends a silent predecessor's session", { takeover: "never" }, terminates, /is over/],
  [
    "ends the session of a worker that announced its stop",
    { takeover: "anyone" },
    onlyDeadWorkersCrash,
    /nothing crashed/,
  ],
  ["fails the pod of a DEAD deferral", { deadDeferral: "fails" }, noFailedJobKeepsAPlace, /reserved for a Failed Job/],
  ["ignores absent Jobs", { absence: "ignored" }, nothingStarves, /within 2 minutes/],
  ["presumes one Job absent for each missing claim", { absence: "oneByOne" }, nothingStarves, /within 2 minutes/],
  [
    "presumes Jobs absent before their pods may have started",
    { podStart: "default" },
    noJobIsIdle,
    /no idle Job|Jobs at/,
  ],
  ["never takes an absent Job back", { absence: "permanent" }, boundsIdleJobs, /idle Jobs/],
  ["expects every Job to be created at once", { jobsEndLate: false }, noJobIsIdle, /Jobs at a steady state/],
  ["counts the first claim of a pod only", { claimsCounted: "first" }, noJobOfSeveralIsIdle, /not too many/],
  ["claims without a limit", { runningLimit: "never" }, boundsIdleJobs, /requests at once/],
  ["lifts the limit with the suspicion", { runningLimit: "whileAsked" }, boundsIdleJobs, /requests at once/],
  [
    "leaves suspected requests out of the limit",
    { runningLimit: "withoutSuspects" },
    boundsIdleJobs,
    /requests at once/,
  ],
];

describe("a design is refuted that", () => {
  for (const [what, mutation, property, why] of sample(MUTANTS, 5)) {
    test(what, () => expectViolation(property({ ...DESIGN, ...mutation }), why));
  }
});

/** Asserts that a property fails, and for this reason. */
function expectViolation(property: fc.IProperty<unknown>, why: RegExp): void {
  const { failed, errorInstance } = fc.check(property, { seed: 7, numRuns: 10_000, endOnFailure: true });
  assert.ok(failed, "it must fail");
  assert.match(String(errorInstance), why);
}
