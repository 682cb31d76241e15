import type { Scenario } from "../scenario.ts";
import { walk } from "../walk.ts";

/**
 * What the plain Job lasts where a pod's start costs 11 s. Where it costs 6 s, three quarters of the plain Job are less than the
 * 120 s of six requests one after another.
 */
const LEAST_PLAIN_SECONDS = 188;

/** Lifecycle claim: scaling. A Job that goes on with the next request saves the start of a pod each time. */
export const grouped: Scenario = {
  claim: "60 INSERTs with requestsPerJob 6 are 10 Jobs, each request run once",
  run: (bed) => walk(bed, 6, 0.75, LEAST_PLAIN_SECONDS),
};
