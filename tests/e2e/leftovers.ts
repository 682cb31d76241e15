import { setTimeout as sleep } from "node:timers/promises";
import { exactly, type Limit } from "../support/limit.ts";
import type { Cluster } from "./cluster.ts";
import type { ScenarioContext } from "./scenario.ts";

/** Kinds that a stack could leave behind outside its namespaces. */
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

const INTERVAL_MS = 1_000;

/** Every object on the cluster that could be a leftover, by name. */
export async function snapshotResources(cluster: Cluster): Promise<string[]> {
  const shared = await cluster.kubectl(["get", KINDS.join(), "-o", "name"]);
  const granted = await cluster.kubectl(["get", "roles,rolebindings", "-n", "kube-system", "-o", "name"]);
  return `${shared}${granted}`.split("\n").filter((name) => name !== "");
}

/**
 * Objects that exist now and did not before, once their number stops falling: volumes and API groups are deleted a little after
 * their owners.
 *
 * @throws Error when the cluster does not answer: its leftovers are then unknown.
 */
export async function leftovers(
  cluster: Cluster,
  before: readonly string[],
  timeoutMs = 30_000,
): Promise<readonly string[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const left = (await snapshotResources(cluster)).filter((name) => !before.includes(name));
    if (left.length === 0 || Date.now() >= deadline) return left;
    await sleep(INTERVAL_MS);
  }
}

/** That nothing is left which was not there before the run; prints what is. */
export async function leftFinding({ cluster, before, note }: ScenarioContext, what = "things left"): Promise<Limit> {
  const left = await leftovers(cluster, before);
  for (const name of left) note(`left: ${name}`);
  return exactly(0, what, left.length);
}
