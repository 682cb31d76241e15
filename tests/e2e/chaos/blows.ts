import { getOutput } from "../../../cli/getOutput.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import type { Hit } from "./hits.ts";
import type { Victim } from "./victim.ts";

/** What can happen to one pod that works. */
export interface Blow {
  readonly fault: string;
  readonly reason: NonNullable<Hit["reason"]>;
  /** Seconds until the request must run again: a death's Job backs off, an interrupted request is anybody's at once. */
  readonly limit: number;
  strike(victim: Victim, cluster: Cluster): Promise<unknown>;
}

const CONTAINER = "postgres-batch";

/**
 * Takes what is left of the container's memory in pieces that are each smaller than the worker: the kernel ends the largest
 * process, and with it the container, whatever its limit is. In the background: of its end nobody is told.
 */
const EAT = `while :; do sh -c 'eaten=$(head -c 8000000 /dev/zero | tr "\\0" x); sleep 60' & sleep 0.05; done > /dev/null 2>&1 &`;

export const BLOWS: readonly Blow[] = [
  {
    fault: "SIGKILL of a worker",
    reason: "crashed",
    limit: 40,
    // A container's first process takes no SIGKILL from inside; the daemon that the image is built in runs the pods, too.
    async strike({ pod }) {
      const labels = [`io.kubernetes.pod.name=${pod}`, `io.kubernetes.container.name=${CONTAINER}`];
      const found = await getOutput("docker", [
        "ps",
        "--quiet",
        ...labels.flatMap((its) => ["--filter", `label=${its}`]),
      ]);
      await getOutput("docker", ["kill", "--signal", "KILL", found.trim()]);
    },
  },
  {
    fault: "out of memory",
    reason: "crashed",
    limit: 40,
    strike: ({ pod }, cluster) => cluster.kubectl(["exec", "-n", NAMESPACE, pod, "--", "sh", "-c", EAT]),
  },
  {
    fault: "a Job deleted",
    reason: "interrupted",
    limit: 30,
    strike: ({ job }, cluster) => cluster.kubectl(["delete", "job", job, "-n", NAMESPACE, "--wait=false"]),
  },
  {
    fault: "a pod evicted",
    reason: "interrupted",
    limit: 30,
    strike({ pod }, cluster) {
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: NAMESPACE } };
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
      return cluster.kubectl(["create", "--raw", path, "-f", "-"], JSON.stringify(eviction));
    },
  },
];
