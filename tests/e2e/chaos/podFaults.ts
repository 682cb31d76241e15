import { type Cluster, NAMESPACE } from "../cluster.ts";
import { killContainer } from "../killContainer.ts";
import type { FaultCost } from "./faultCosts.ts";
import type { Target } from "./target.ts";

/** Faults of one working pod. */
interface PodFault {
  readonly fault: string;
  readonly reason: NonNullable<FaultCost["reason"]>;
  /** Seconds until the request must run again: after a crash the Job backs off, an interrupted request is free for any Job at once. */
  readonly limit: number;
  inject(target: Target, cluster: Cluster): Promise<unknown>;
}

const CONTAINER = "postgres-batch";

/**
 * Allocates the rest of the container's memory in processes that are each smaller than the worker: the kernel kills the largest
 * process, and with it the container, whatever its limit. Runs in the background: nothing waits for its end.
 */
const MEMORY_HOG = `while :; do sh -c 'eaten=$(head -c 8000000 /dev/zero | tr "\\0" x); sleep 60' & sleep 0.05; done > /dev/null 2>&1 &`;

export const POD_FAULTS: readonly PodFault[] = [
  {
    fault: "SIGKILL of a worker",
    reason: "crashed",
    limit: 40,
    inject: ({ pod }, cluster) => killContainer(cluster, pod, CONTAINER),
  },
  {
    fault: "out of memory",
    reason: "crashed",
    limit: 40,
    inject: ({ pod }, cluster) => cluster.kubectl(["exec", "-n", NAMESPACE, pod, "--", "sh", "-c", MEMORY_HOG]),
  },
  {
    fault: "a Job deleted",
    reason: "interrupted",
    limit: 30,
    inject: ({ job }, cluster) => cluster.kubectl(["delete", "job", job, "-n", NAMESPACE, "--wait=false"]),
  },
  {
    fault: "a pod evicted",
    reason: "interrupted",
    limit: 30,
    inject({ pod }, cluster) {
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: NAMESPACE } };
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
      return cluster.kubectl(["create", "--raw", path, "-f", "-"], JSON.stringify(eviction));
    },
  },
];
