import { nonEmpty } from "./nonEmpty.ts";
import type { PodArgs } from "./podArgs.ts";

/** The worker and the runner are programs for Linux, and Windows nodes often have no taint that keeps pods away. */
export const LINUX_NODES = { "kubernetes.io/os": "linux" };

/** The fields of a pod for scheduling, identity and image pulls. */
export function placement(pod: PodArgs) {
  const { serviceAccountName, nodeSelector, affinity, topologySpreadConstraints } = pod;
  return {
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    nodeSelector: { ...LINUX_NODES, ...nodeSelector },
    ...(affinity === undefined ? {} : { affinity }),
    ...nonEmpty("topologySpreadConstraints", topologySpreadConstraints ?? []),
    ...(pod.priorityClassName === undefined ? {} : { priorityClassName: pod.priorityClassName }),
    ...(pod.runtimeClassName === undefined ? {} : { runtimeClassName: pod.runtimeClassName }),
    ...nonEmpty(
      "imagePullSecrets",
      (pod.imagePullSecrets ?? []).map((secret) => ({ name: secret })),
    ),
  };
}
