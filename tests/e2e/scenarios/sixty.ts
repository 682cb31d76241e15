import type { Limit } from "../../support/limit.ts";
import type { Scenario } from "../scenario.ts";
import { measureThroughput } from "../throughput.ts";

/**
 * If pods start within a few seconds, a Job of 20 s is Complete after 24 to 26 s. Polls every 5 s round that up to 25 s or 30 s,
 * depending on chance.
 */
const POLLS = [
  { pollingInterval: "3", ratio: 1.15 },
  { pollingInterval: "5", ratio: 1.25 },
];

/** Lifecycle claim: scaling. A request's whole path, including KEDA's polls, costs little more than its work. */
export const sixty: Scenario = {
  claim: "60 INSERTs become 60 Jobs, ten at once, and each request runs once",
  async run(context) {
    const findings: Limit[] = [];
    for (const own of POLLS) findings.push(...(await measureThroughput(context, { requestsPerJob: 1, ...own })));
    return findings;
  },
};
