import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { type Attempt, attempts } from "../requests.ts";
import { workers } from "../workers.ts";
import { LOOK, type Outage } from "./outages.ts";

/**
 * Cordons the node and waits until each pod on it works, so that it is known whom the drain will hit. The drain is one as for
 * the node's maintenance, but for the database on it, the only one, which stays; then the node is given back. Resolves
 * with the number of attempts that ended by it: one may succeed within its grace period.
 */
export async function drainNode(cluster: Cluster): Promise<Outage<number>> {
  const [node] = (await cluster.list("nodes")).map((its) => its.metadata.name);
  if (node === undefined) throw new Error("the cluster must have a node; got none");
  await until("half of the workers work", async () => ((await atWork(cluster))?.length ?? 0) >= 6, LOOK);
  await cluster.kubectl(["cordon", node]);
  const giveBack = () => cluster.kubectl(["uncordon", node]);
  const running = await until("each pod on the node works", () => atWork(cluster), LOOK).catch(async (error) => {
    await giveBack();
    throw error;
  });
  const selected = ["--pod-selector=batch.kubernetes.io/job-name", "--delete-emptydir-data", "--timeout=60s"];
  return {
    fault: "a node drained of all its workers",
    until: "each of their requests runs again",
    limit: 60,
    async strike() {
      await cluster.kubectl(["drain", node, ...selected]).finally(giveBack);
      return await until(
        "the drained requests run again",
        async () => interrupted(running, await attempts(cluster)),
        LOOK,
      );
    },
  };
}

/** The running attempts, if they are those of the pods that are on the node. */
async function atWork(cluster: Cluster): Promise<Attempt[] | undefined> {
  const pods = (await workers(cluster)).filter(({ spec, status }) => {
    return spec.nodeName !== undefined && !["Succeeded", "Failed"].includes(status.phase);
  });
  const names = new Set(pods.map((its) => its.metadata.name));
  const running = (await attempts(cluster)).filter(({ status }) => status === "RUNNING");
  const same = running.length === names.size && running.every(({ pod_name }) => names.has(pod_name));
  return same && running.length > 0 ? running : undefined;
}

/** How many of the attempts that ran did not succeed; undefined until each of their requests has a later one. */
function interrupted(running: readonly Attempt[], all: readonly Attempt[]): number | undefined {
  const now = running.map((was) => all.find((its) => its.id === was.id && its.attempt === was.attempt));
  const ended = now.filter((its) => its?.status !== "SUCCESS");
  const again = ended.every((was) => all.some((its) => its.id === was?.id && its.attempt > was.attempt));
  return again ? ended.length : undefined;
}
