import type { RetryLimits } from "../../worker/src/retryLimits.ts";
import { DEFAULTS, type Settings } from "../../worker/src/settings.ts";
import type { Rules } from "./rules.ts";

/** The settings that a rollout changes: KEDA's next poll and new Jobs use them, running Jobs keep theirs. */
export interface ModelSettings extends RetryLimits, Pick<Settings, "requestsPerJob" | "timeoutSeconds"> {
  readonly maxReplicaCount: number;
  /** @default 40 */
  readonly podStartSeconds?: number;
}

/** How the cluster reacts, in seconds. */
export interface Delays {
  /** The Job controller's base delay. */
  readonly backoffSeconds: number;
  /** From a node's last message until the server drops its connections: TCP keepalives. */
  readonly sessionTimeout: number;
  /** From a node's last message until its taint; until then pods are scheduled onto it. */
  readonly unreachable: number;
  /** From the taint until the pods are deleted: the pod's toleration. */
  readonly toleration: number;
  /** From a node's last message until its removal from the cluster, which ends the pods that were deleted on it. */
  readonly removed: number;
  /** From a pod's deletion to SIGKILL. */
  readonly grace: number;
}

/** Defaults: the worker's, its connection's keepalives, the pod's toleration, and Kubernetes' own. */
export const DELAYS: Delays = {
  backoffSeconds: DEFAULTS.backoffSeconds,
  sessionTimeout: 12,
  unreachable: 50,
  toleration: 30,
  removed: 300,
  grace: DEFAULTS.graceSeconds,
};

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
