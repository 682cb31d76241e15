import type { NumberRule } from "../worker/src/number.ts";
import { DEFAULT_POD_START_SECONDS } from "../worker/src/queue/demand.ts";
import { DEFAULT_LIMITS, mapLimits } from "../worker/src/retryLimits.ts";
import { DEFAULTS, NUMBER_RULES } from "../worker/src/settings.ts";

/** How a batch scales, and its limits for each request. Named as in KEDA and Kubernetes, so that their docs apply. */
export interface BatchSettings {
  /**
   * Seconds between polls of the scaling query (1 to 3600).
   *
   * @default 30
   */
  readonly pollingInterval?: number;
  /**
   * Maximum number of requests that run at a time, each in a Job of its own (1 to 10000). Each Job holds one database connection.
   *
   * @default 10
   */
  readonly maxReplicaCount?: number;
  /**
   * Completed Jobs to keep (0 to 1000).
   *
   * @default 10
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * Failed Jobs to keep (0 to 1000).
   *
   * @default 5
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * Errors allowed per request (0 to 1000); one more makes it DEAD. Also the Job's `backoffLimit`, but only as a backstop: the row
   * distinguishes errors from crashes and interruptions, while the Job counts every failed pod. When a Job reaches it and is
   * Failed, the next Job continues its request with the retries that remain.
   *
   * @default 4
   */
  readonly backoffLimit?: number;
  /**
   * Crashes (killed, out of memory, lost node) allowed per request (0 to 1000); one more makes it DEAD.
   *
   * @default 4
   */
  readonly crashLimit?: number;
  /**
   * Interruptions (drain, eviction, deleted Job) allowed per request (0 to 10000); one more makes it DEAD.
   *
   * @default 100
   */
  readonly interruptionLimit?: number;
  /**
   * Deferrals allowed per request (0 to 10000); one more makes it DEAD.
   *
   * @default 100
   */
  readonly deferralLimit?: number;
  /**
   * Seconds until a claim that is not renewed expires (0 to 3600); required behind a connection pooler. 0: no lease, a session
   * lock keeps the claim.
   *
   * @default 0
   */
  readonly leaseSeconds?: number;
  /**
   * Maximum number of requests that one Job processes, one after another (1 to 10000).
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
   * Seconds an attempt may take (0 to 604800); a longer one ends as an error. 0: no limit.
   *
   * @default 0
   */
  readonly timeoutSeconds?: number;
  /**
   * The pod's TCP port on which the worker answers Kubernetes' liveness probe, which ends a worker that hangs (0 to 65535). Change it if
   * another program in the pod uses this port; 0: no probe.
   *
   * @default 28543
   */
  readonly livenessPort?: number;
  /**
   * Seconds that a pod may take from its Job's creation to its claim (10 to 600), including the time to add a node and to pull the image. A
   * Job whose pod takes longer is presumed to be on a lost node, and another is created for its request.
   *
   * @default 40
   */
  readonly podStartSeconds?: number;
  /**
   * CPU request of a pod, as a Kubernetes quantity (10m to 64); there is no CPU limit by default.
   *
   * @default 50m
   */
  readonly cpu?: string;
  /**
   * Memory request and limit of a pod, as a Kubernetes quantity in Mi or Gi (64Mi to 256Gi).
   *
   * @default 128Mi
   */
  readonly memory?: string;
}

const HISTORY: NumberRule = { min: 0, max: 1_000, why: "the API server stores each Job and its pods" };

/** Limits of the numeric settings. The worker's own limits apply where it has them; Kubernetes counts whole seconds. */
export const BATCH_NUMBERS = {
  pollingInterval: {
    min: 1,
    max: 3_600,
    why: "KEDA counts whole seconds, and a request waits up to that long for its Job",
  },
  maxReplicaCount: { min: 1, max: 10_000, why: "each Job is a pod and a database connection" },
  successfulJobsHistoryLimit: HISTORY,
  failedJobsHistoryLimit: HISTORY,
  ...mapLimits((name) => NUMBER_RULES[name]),
  leaseSeconds: { ...NUMBER_RULES.leaseSeconds, fractions: false },
  requestsPerJob: NUMBER_RULES.requestsPerJob,
  graceSeconds: { ...NUMBER_RULES.graceSeconds, fractions: false },
  timeoutSeconds: { ...NUMBER_RULES.timeoutSeconds, fractions: false },
  livenessPort: NUMBER_RULES.livenessPort,
  podStartSeconds: {
    min: 10,
    max: 600,
    why: "the Jobs of a lost node are replaced only after that time",
  },
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
  podStartSeconds: DEFAULT_POD_START_SECONDS,
  cpu: "50m",
  memory: "128Mi",
};
