import { insertRequests } from "../../cli/start/requests.ts";
import { poll } from "../../simulator/poll.ts";
import type { BenchContext } from "../bench/context.ts";
import { readAttempts } from "./attempts.ts";
import { createCluster } from "./createCluster.ts";
import { killPods } from "./killPods.ts";
import type { KillOptions } from "./options.ts";
import { QueueObserver } from "./queueObserver.ts";

/** The result of a batch; `updates`: of rows of batch.queue. */
export type Batch = Awaited<ReturnType<typeof runBatch>>;

/** Runs requests until none is left, as `npm start` does, while pods are killed. */
export async function runBatch(options: KillOptions, context: BenchContext) {
  const client = await context.connect();
  const watch = new QueueObserver(client);
  const updatesBefore = await watch.updates();
  const database = context.openDatabase();
  const cluster = createCluster(context, { backoffSeconds: options.backoffSeconds });
  const ended = new AbortController();
  const startedAt = performance.now();
  try {
    const ids = await insertRequests(client, options.requests, options.seconds, 0);
    const asked = { requestsPerJob: 1, maxReplicaCount: options.workers, pollingInterval: options.pollingSeconds };
    const polled = poll(asked, database, cluster, context.signal).finally(() => ended.abort());
    const [kills] = await Promise.all([killPods(options, { cluster, watch, ids, signal: ended.signal }), polled]);
    const seconds = (performance.now() - startedAt) / 1_000;
    await database.close();
    const updates = (await watch.updates()) - updatesBefore;
    const failedJobs = cluster.jobs.filter(({ status }) => status === "Failed").length;
    const attempts = await readAttempts(client, ids);
    return { ids, attempts, kills, updates, jobs: cluster.jobs.length, failedJobs, seconds };
  } finally {
    await cluster.stop();
    await database.close();
    await client.end();
  }
}
