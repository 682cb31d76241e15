import { type Cluster, NAMESPACE } from "../cluster.ts";

const PAUSED = "autoscaling.keda.sh/paused";

/**
 * Has KEDA start its polls over on a new connection: pausing a ScaledJob cancels a poll that waits for an answer. It needs no right on
 * KEDA's own namespace.
 */
export async function restartPolls(cluster: Cluster): Promise<void> {
  const scaledJobs = ["scaledjob", "--all", "-n", NAMESPACE];
  await cluster.kubectl(["annotate", ...scaledJobs, `${PAUSED}=true`]);
  await cluster.kubectl(["wait", ...scaledJobs, "--for=condition=Paused", "--timeout=60s"]);
  await cluster.kubectl(["annotate", ...scaledJobs, `${PAUSED}-`]);
}
