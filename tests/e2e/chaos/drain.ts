import { until } from "../../support/until.ts";
import type { Cluster, KubernetesObject } from "../cluster.ts";
import { nextAttempt, sameAttempt } from "../nodes/loss.ts";
import { type Attempt, attempts } from "../requests.ts";
import { workers } from "../workers.ts";
import { LONG_WAIT, type Outage } from "./outages.ts";

/**
 * Cordons the node and waits until each pod on it is working, so that the attempts that the drain will end are known. Then drains
 * the node as for maintenance, except for the only database, which stays, and uncordons it. Resolves with the number of attempts
 * that the drain ended: an attempt may succeed within its grace period.
 */
export async function drainNode(cluster: Cluster): Promise<Outage<number>> {
  const atWorkEnough = async () => (await attempts(cluster)).filter(({ status }) => status === "RUNNING").length >= 6;
  await until("half of the workers work", atWorkEnough, LONG_WAIT);
  const node = await busiestNode(cluster);
  await cluster.kubectl(["cordon", node]);
  const uncordon = () => cluster.kubectl(["uncordon", node]);
  const running = await until("each pod on the node works", () => atWork(cluster, node), LONG_WAIT).catch(
    async (error) => {
      await uncordon();
      throw error;
    },
  );
  const selected = ["--pod-selector=batch.kubernetes.io/job-name", "--delete-emptydir-data", "--timeout=60s"];
  return {
    fault: "a node drained of all its workers",
    until: "each of their requests runs again",
    limit: 60,
    async inject() {
      await cluster.kubectl(["drain", node, ...selected]).finally(uncordon);
      return await until(
        "the drained requests run again",
        async () => interrupted(running, await attempts(cluster)),
        LONG_WAIT,
      );
    },
  };
}

/** The node that has most of the workers. */
async function busiestNode(cluster: Cluster): Promise<string> {
  const pods = await unfinishedPods(cluster);
  const nodes = (await cluster.list("nodes")).map(({ metadata: { name } }) => {
    return { name, count: pods.filter(({ spec }) => spec.nodeName === name).length };
  });
  const [first] = nodes.sort((a, b) => b.count - a.count);
  if (first === undefined) throw new Error("the cluster must have a node; got none");
  return first.name;
}

/** The running attempts of the node's pods, if each of these works. */
async function atWork(cluster: Cluster, node: string): Promise<Attempt[] | undefined> {
  const pods = (await unfinishedPods(cluster)).filter(({ spec }) => spec.nodeName === node);
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const running = (await attempts(cluster)).filter((one) => one.status === "RUNNING" && names.has(one.pod_name));
  return running.length === names.size && running.length > 0 ? running : undefined;
}

async function unfinishedPods(cluster: Cluster): Promise<KubernetesObject[]> {
  return (await workers(cluster)).filter(({ status }) => !["Succeeded", "Failed"].includes(status.phase));
}

/** How many of the running attempts did not succeed; undefined until each of their requests has a later attempt. */
function interrupted(running: readonly Attempt[], all: readonly Attempt[]): number | undefined {
  const ended = running.filter((attempt) => sameAttempt(attempt, all)?.status !== "SUCCESS");
  const again = ended.every((attempt) => nextAttempt(attempt, all) !== undefined);
  return again ? ended.length : undefined;
}
