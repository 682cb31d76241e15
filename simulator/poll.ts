import { setTimeout as sleep } from "node:timers/promises";
import type { Options } from "../cli/start/options.ts";
import type { Database } from "../worker/src/database.ts";
import { demand } from "../worker/src/queue/demand.ts";
import { DEFAULTS } from "../worker/src/settings.ts";
import type { Cluster } from "./cluster.ts";
import { jobsToCreate } from "./scaling.ts";

/**
 * KEDA: asks the scaling query and creates Jobs, until nothing is left or `signal` aborts. From start to start; a look
 * that took longer is followed at once.
 */
export async function poll(
  {
    requestsPerJob,
    maxReplicaCount,
    pollingInterval,
  }: Pick<Options, "requestsPerJob" | "maxReplicaCount" | "pollingInterval">,
  database: Database,
  cluster: Pick<Cluster, "createJob" | "unfinishedJobs">,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  for (let look = 1; !signal.aborted; look++) {
    const queueLength = await demand(database, { kind: DEFAULTS.kind, requestsPerJob, maxReplicaCount });
    const running = cluster.unfinishedJobs.length;
    if (queueLength === 0 && running === 0) return;
    const count = jobsToCreate({ queueLength, maxReplicaCount, running, pending: 0, strategy: "default" });
    for (let created = 0; created < count; created++) cluster.createJob();
    const pause = startedAt + 1_000 * pollingInterval * look - performance.now();
    await sleep(Math.max(0, pause), undefined, { signal }).catch(() => undefined);
  }
}
