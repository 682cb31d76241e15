import type { NumberRule } from "../worker/src/number.ts";
import { DEFAULT_LIMITS, mapLimits } from "../worker/src/retryLimits.ts";
import { DEFAULTS, NUMBER_RULES } from "../worker/src/settings.ts";

/** How a batch scales and how often its requests are tried. Named as in KEDA and Kubernetes, so that their docs apply. */
export interface BatchSettings {
  /**
   * Seconds between polls of the scaling query (1 to 3600).
   *
   * @default 30
   */
  readonly pollingInterval?: number;
  /**
   * Most unfinished requests that have a Job at once (1 to 10000). Each Job keeps a connection to the database.
   *
   * @default 10
   */
  readonly maxReplicaCount?: number;
  /**
   * Completed Jobs that are kept (0 to 1000).
   *
   * @default 10
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * Failed Jobs that are kept (0 to 1000).
   *
   * @default 5
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * Errors a request may have (0 to 1000); one more makes it DEAD. The Job's own `backoffLimit` too, but only as a backstop: the
   * row distinguishes errors from crashes and interruptions, the Job counts every failed pod. A Job that is Failed by it leaves
   * its request, with the retries the request still has, to the next Job.
   *
   * @default 4
   */
  readonly backoffLimit?: number;
  /**
   * Crashes (killed, out of memory, a lost node) a request may have (0 to 1000); one more makes it DEAD.
   *
   * @default 4
   */
  readonly crashLimit?: number;
  /**
   * Interruptions (a drain, an eviction, a deleted Job) a request may have (0 to 10000); one more makes it DEAD.
   *
   * @default 100
   */
  readonly interruptionLimit?: number;
  /**
   * How often a request may ask to be run later (0 to 10000); once more makes it DEAD.
   *
   * @default 100
   */
  readonly deferralLimit?: number;
  /**
   * Seconds a claim is kept without being renewed, where a connection pooler is in between (0 to 3600); 0: a session lock
   * keeps it.
   *
   * @default 0
   */
  readonly leaseSeconds?: number;
  /**
   * Requests that one Job works through, one after another (1 to 10000).
   *
   * @default 1
   */
  readonly requestsPerJob?: number;
  /**
   * Seconds from SIGTERM to SIGKILL (1 to 86400).
   *
   * @default 30
   */
  readonly graceSeconds?: number;
  /**
   * Seconds an attempt may take (0 to 604800); one that takes longer is an error. 0: no limit.
   *
   * @default 0
   */
  readonly timeoutSeconds?: number;
  /**
   * The TCP port of a pod on which the worker answers Kubernetes' liveness probe, which ends a worker that hangs (0 to 65535). Another
   * one where a program of the pod uses this one; 0: no probe.
   *
   * @default 28543
   */
  readonly livenessPort?: number;
  /**
   * CPU that a pod reserves, as Kubernetes writes it (10m to 64); it may use more where there is more.
   *
   * @default 50m
   */
  readonly cpu?: string;
  /**
   * Memory that a pod reserves and never exceeds, in Mi or Gi as Kubernetes writes it (64Mi to 256Gi).
   *
   * @default 128Mi
   */
  readonly memory?: string;
}

const HISTORY: NumberRule = { min: 0, max: 1_000, why: "each is a Job and its pods, kept by the API server" };

/** The limits of the numbers: the worker's where it has the setting, in whole seconds where Kubernetes takes no others. */
export const BATCH_NUMBERS = {
  pollingInterval: { min: 1, max: 3_600, why: "KEDA counts whole seconds, and a request waits that long for its Job" },
  maxReplicaCount: { min: 1, max: 10_000, why: "each Job is a pod and a connection to the database" },
  successfulJobsHistoryLimit: HISTORY,
  failedJobsHistoryLimit: HISTORY,
  ...mapLimits((name) => NUMBER_RULES[name]),
  leaseSeconds: { ...NUMBER_RULES.leaseSeconds, fractions: false },
  requestsPerJob: NUMBER_RULES.requestsPerJob,
  graceSeconds: { ...NUMBER_RULES.graceSeconds, fractions: false },
  timeoutSeconds: { ...NUMBER_RULES.timeoutSeconds, fractions: false },
  livenessPort: NUMBER_RULES.livenessPort,
} as const satisfies Record<string, NumberRule>;

/** The defaults of a batch: the worker's where it has the setting. */
export const BATCH_DEFAULTS: Readonly<Required<BatchSettings>> = {
  pollingInterval: 30,
  maxReplicaCount: 10,
  successfulJobsHistoryLimit: 10,
  failedJobsHistoryLimit: 5,
  ...DEFAULT_LIMITS,
  leaseSeconds: DEFAULTS.leaseSeconds,
  requestsPerJob: DEFAULTS.requestsPerJob,
  graceSeconds: DEFAULTS.graceSeconds,
  timeoutSeconds: DEFAULTS.timeoutSeconds,
  // Neither a registered port, nor one that Linux gives outgoing connections (32768 to 60999).
  livenessPort: 28_543,
  cpu: "50m",
  memory: "128Mi",
};
