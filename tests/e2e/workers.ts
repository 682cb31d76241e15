import { until } from "../support/until.ts";
import { type Cluster, type KubernetesObject, NAMESPACE } from "./cluster.ts";
import { attempts } from "./requests.ts";

/** The uids of the ten pods at work, once all their requests are RUNNING. */
export async function tenRunning(cluster: Cluster): Promise<string[]> {
  const running = async () => (await attempts(cluster)).filter(({ status }) => status === "RUNNING").length === 10;
  await until("ten RUNNING", running, { timeoutMs: 90_000, intervalMs: 500 });
  return (await workers(cluster)).map(({ metadata }) => metadata.uid);
}

/** The pods of the Jobs that KEDA created. */
export async function workers(cluster: Cluster): Promise<KubernetesObject[]> {
  return await cluster.list("pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/name=postgres-batch");
}
