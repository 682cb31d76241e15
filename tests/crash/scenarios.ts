import type { HandlerAction } from "./handler.ts";

/** A list of requests, the work's action at each of their attempts, and the retry limits. */
export interface Scenario {
  readonly name: string;
  readonly requests: number;
  /** The handler's actions at attempt 1, 2, ...; the last one repeats. */
  readonly actions: readonly HandlerAction[];
  readonly backoffLimit: number;
  readonly crashLimit: number;
  readonly requestsPerJob: number;
  /** 0: the session lock. */
  readonly leaseSeconds: number;
  /** Whether the scaling query, another Job and the Job's own next pod query the request while it runs. */
  readonly watched: boolean;
}

const PLAIN: Omit<Scenario, "name"> = {
  requests: 1,
  actions: ["succeed"],
  backoffLimit: 4,
  crashLimit: 4,
  requestsPerJob: 1,
  leaseSeconds: 0,
  watched: false,
};

/** A lease that never expires during a test. */
const LONG_LEASE = { leaseSeconds: 3_600, actions: ["renew, then succeed"] } as const;

/** The scenarios in which every step of a worker is a point of failure. */
export const SCENARIOS: readonly Scenario[] = [
  { ...PLAIN, name: "success" },
  { ...PLAIN, name: "watched by others", watched: true },
  { ...PLAIN, name: "an error, then success", actions: ["throw", "succeed"] },
  { ...PLAIN, name: "the last error", actions: ["throw"], backoffLimit: 1 },
  { ...PLAIN, name: "a final error", actions: ["throw a PermanentError"] },
  { ...PLAIN, name: "the last crash", crashLimit: 1 },
  { ...PLAIN, name: "SIGTERM, then success", actions: ["be stopped", "succeed"] },
  { ...PLAIN, name: "two requests, one Job", requests: 2, requestsPerJob: 2 },
  { ...PLAIN, name: "a checkpoint", actions: ["save, then succeed"] },
  { ...PLAIN, name: "a lease", ...LONG_LEASE },
];
