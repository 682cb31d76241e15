import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../worker/src/database.ts";
import { demand } from "../worker/src/queue/demand.ts";
import { DEFAULTS } from "../worker/src/settings.ts";
import type { Cluster } from "./cluster.ts";
import { jobsToCreate } from "./scaling.ts";

/** KEDA's configuration for one ScaledJob. */
export interface PollSettings {
  /** The kind whose requests are counted. @default - the sample's */
  readonly kind?: string;
  /** The number of requests per Job. */
  readonly requestsPerJob: number;
  readonly maxReplicaCount: number;
  /** Seconds from the start of one poll to the start of the next; a slower poll is followed by the next one at once. */
  readonly pollingInterval: number;
  /**
   * Whether no more Jobs are needed, given the scaling query's result.
   *
   * @default - when the result is 0
   */
  readonly isFinished?: (queueLength: number) => Promise<boolean> | boolean;
}

/**
 * Acts as KEDA: runs the scaling query and creates Jobs, until everything is finished and no Job runs, or `signal` aborts.
 *
 * @throws DatabaseUnavailableError when the database stays unreachable for longer than `database` waits.
 */
export async function poll(
  settings: PollSettings,
  database: Database,
  cluster: Pick<Cluster, "createJob" | "unfinishedJobs">,
  signal: AbortSignal,
): Promise<void> {
  const { kind = DEFAULTS.kind, requestsPerJob, maxReplicaCount, pollingInterval } = settings;
  const { isFinished = (queueLength) => queueLength === 0 } = settings;
  while (!signal.aborted) {
    const nextPollAt = performance.now() + 1_000 * pollingInterval;
    // Counted before the query: on Kubernetes a Job is Complete a second or more after its pod has recorded the success that the
    // query sees, so KEDA never counts fewer Jobs than the query has requests at work.
    const running = cluster.unfinishedJobs.length;
    const queueLength = await demand(database, { kind, requestsPerJob, maxReplicaCount });
    if (signal.aborted) return;
    const finished = await isFinished(queueLength);
    if (finished && cluster.unfinishedJobs.length === 0) return;
    const count = finished
      ? 0
      : jobsToCreate({ queueLength, maxReplicaCount, running, pending: 0, strategy: "default" });
    for (let created = 0; created < count; created++) cluster.createJob();
    await sleep(Math.max(0, nextPollAt - performance.now()), undefined, { signal }).catch(() => undefined);
  }
}
