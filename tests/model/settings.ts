import { DEFAULTS, type Settings } from "../../worker/src/settings.ts";

/** What a rollout changes: KEDA's next look and new Jobs have it, running Jobs keep theirs. */
export interface ModelSettings
  extends Pick<Settings, "backoffLimit" | "crashLimit" | "interruptionLimit" | "requestsPerJob"> {
  readonly maxReplicaCount: number;
}

/** How the cluster reacts, in seconds. */
export interface Delays {
  /** The Job controller's base delay. */
  readonly backoffSeconds: number;
  /** From a node's last word to the server dropping its connections: TCP keepalives. */
  readonly sessionGone: number;
  /** From a node's last word until its taint. */
  readonly unreachable: number;
  /** From the taint until the pods are deleted: the pod's toleration. */
  readonly toleration: number;
  /** From a node's last word until its removal from the cluster, which ends the pods that were deleted on it. */
  readonly removed: number;
  /** From a pod's deletion to SIGKILL. */
  readonly grace: number;
}

/** Where a test says nothing else: the worker's defaults, its connection's keepalives, the pod's toleration, Kubernetes' own. */
export const DELAYS: Delays = {
  backoffSeconds: DEFAULTS.backoffSeconds,
  sessionGone: 12,
  unreachable: 50,
  toleration: 30,
  removed: 300,
  grace: DEFAULTS.graceSeconds,
};
