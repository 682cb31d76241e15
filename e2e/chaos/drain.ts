import { until } from "../../testing/until.ts";
import type { Cluster } from "../cluster.ts";
import { type Attempt, attempts } from "../requests.ts";

/** What a drained node is in the table of faults. */
export const DRAIN = {
  fault: "a node drained of all its workers",
  until: "each of their requests runs again",
  limit: 60,
  reason: "interrupted",
} as const;

/**
 * Drains the node as for its maintenance, and gives it back; the only one has the database too, which stays. Resolves with the
 * number of attempts that ended by it: one may succeed within its grace period.
 */
export async function drainNode(cluster: Cluster): Promise<number> {
  const [node] = (await cluster.list("nodes")).map((its) => its.metadata.name);
  if (node === undefined) throw new Error("the cluster must have a node; got none");
  const running = (await attempts(cluster)).filter(({ status }) => status === "RUNNING");
  const selected = ["--pod-selector=batch.kubernetes.io/job-name", "--delete-emptydir-data", "--timeout=60s"];
  try {
    await cluster.kubectl(["drain", node, ...selected]);
  } finally {
    await cluster.kubectl(["uncordon", node]);
  }
  return await until("the drained requests run again", async () => afterwards(running, await attempts(cluster)), {
    patienceMs: 180_000,
    lookMs: 500,
  });
}

/** How many of the attempts that ran ended unsuccessfully; undefined until each of their requests has a later one. */
function afterwards(running: readonly Attempt[], all: readonly Attempt[]): number | undefined {
  const now = running.map((was) => all.find((its) => its.id === was.id && its.iteration === was.iteration));
  const ended = now.filter((its) => its?.status !== "SUCCESS");
  const again = ended.every((was) => all.some((its) => its.id === was?.id && its.iteration > was.iteration));
  return again ? ended.length : undefined;
}
