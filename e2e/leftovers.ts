import { until } from "../testing/until.ts";
import type { Cluster } from "./cluster.ts";

/** Whatever a stack could leave behind outside of its namespaces. */
const KINDS = [
  "namespaces",
  "customresourcedefinitions",
  "persistentvolumes",
  "clusterroles",
  "clusterrolebindings",
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "apiservices",
  "priorityclasses",
];

/** Everything on the cluster that could be a leftover, by name. */
export async function census(cluster: Cluster): Promise<string[]> {
  const shared = await cluster.kubectl(["get", KINDS.join(), "-o", "name"]);
  const granted = await cluster.kubectl(["get", "roles,rolebindings", "-n", "kube-system", "-o", "name"]);
  return `${shared}${granted}`.split("\n").filter((name) => name !== "");
}

/** What is there and was not before, once it gets no less: volumes and API groups go a little after what held them. */
export async function leftovers(cluster: Cluster, before: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  const none = async () => {
    left = (await census(cluster)).filter((name) => !before.includes(name));
    return left.length === 0;
  };
  await until("nothing left", none, { lookMs: 1_000 }).catch(() => undefined);
  return left;
}
