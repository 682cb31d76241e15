import type { Scenario } from "../scenario.ts";
import { measureThroughput } from "../throughput.ts";

/** Lifecycle claim: scaling. A Job that continues with the next request saves a pod start each time; the work alone takes 120 s. */
export const grouped: Scenario = {
  claim: "60 INSERTs with requestsPerJob 6 become 10 Jobs, and each request runs once",
  run: (context) =>
    measureThroughput(context, { requestsPerJob: 6, pollingInterval: "3", ratio: 0.9, mostSeconds: 135 }),
};
