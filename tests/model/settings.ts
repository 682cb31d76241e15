import type { RetryLimits } from "../../worker/src/retryLimits.ts";
import { DEFAULTS, type Settings } from "../../worker/src/settings.ts";
import type { Rules } from "./rules.ts";

/** The settings that a rollout changes: KEDA's next poll and new Jobs use them, running Jobs keep theirs. */
export interface ModelSettings extends RetryLimits, Pick<Settings, "requestsPerJob" | "timeoutSeconds"> {
  readonly maxReplicaCount: number;
  /** @default 40 */
  readonly podStartSeconds?: number;
}

/** How the cluster reacts, in seconds. The defaults are the worker's, its connection's keepalives, the pod's toleration, and Kubernetes' own. */
export const DELAYS = {
  /** The Job controller's base delay. */
  backoffSeconds: DEFAULTS.backoffSeconds,
  /** From a node's last message until the server drops its connections: TCP keepalives. */
  sessionTimeout: 12,
  /** From a node's last message until its taint; until then pods are scheduled onto it. */
  unreachable: 50,
  /** From the taint until the pods are deleted: the pod's toleration. */
  toleration: 30,
  /** From a node's last message until its removal from the cluster, which ends the pods that were deleted on it. */
  removed: 300,
  /** From a pod's deletion to SIGKILL. */
  grace: DEFAULTS.graceSeconds,
};

export type Delays = Readonly<typeof DELAYS>;

/** How a node fails: cut off and silent, or frozen, which PostgreSQL does not notice. */
export type Loss = "lost" | "frozen";

export interface SimulationArgs {
  readonly rules?: Rules;
  readonly delays?: Partial<Delays>;
  /**
   * The node of the first pod, the second, ... if both are schedulable: by an even or odd number.
   *
   * @default - one after another
   */
  readonly placePod?: (pod: number) => number;
}
