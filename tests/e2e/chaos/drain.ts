import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
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
  const [node] = (await cluster.list("nodes")).map(({ metadata }) => metadata.name);
  if (node === undefined) throw new Error("the cluster must have a node; got none");
  await until("half of the workers work", async () => ((await atWork(cluster))?.length ?? 0) >= 6, LONG_WAIT);
  await cluster.kubectl(["cordon", node]);
  const uncordon = () => cluster.kubectl(["uncordon", node]);
  const running = await until("each pod on the node works", () => atWork(cluster), LONG_WAIT).catch(async (error) => {
    await uncordon();
    throw error;
  });
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

/** The running attempts, if they belong to exactly the pods on the node. */
async function atWork(cluster: Cluster): Promise<Attempt[] | undefined> {
  const pods = (await workers(cluster)).filter(({ spec, status }) => {
    return spec.nodeName !== undefined && !["Succeeded", "Failed"].includes(status.phase);
  });
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const running = (await attempts(cluster)).filter(({ status }) => status === "RUNNING");
  const same = running.length === names.size && running.every(({ pod_name }) => names.has(pod_name));
  return same && running.length > 0 ? running : undefined;
}

/** How many of the running attempts did not succeed; undefined until each of their requests has a later attempt. */
function interrupted(running: readonly Attempt[], all: readonly Attempt[]): number | undefined {
  const ended = running.filter((attempt) => sameAttempt(attempt, all)?.status !== "SUCCESS");
  const again = ended.every((attempt) => nextAttempt(attempt, all) !== undefined);
  return again ? ended.length : undefined;
}
