import type { Cluster } from "../cluster.ts";
import { atMost, exactly, type Finding } from "../finding.ts";
import { JobWatch } from "../jobWatch.ts";
import { letPollsPass } from "../polls.ts";
import type { Settings } from "../settings.ts";
import type { Application } from "./applications.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

const REQUESTS = 60;

/** Polls after the last end, by which a Job that nothing asked for would come. */
const POLLS = 2;

/** Two cores run the pods of both. */
const PATIENCE_MS = 1_200_000;

/** Has an application's requests run; what has become of them. */
export async function work(
  cluster: Cluster,
  { name, kind, insert, batch }: Application,
  outside: OutsideDatabase,
  { settings, maxReplicaCount }: { readonly settings: Settings; readonly maxReplicaCount: number },
): Promise<Finding[]> {
  using watch = new JobWatch(cluster, { namespace: name, label: `scaledjob.keda.sh/name=${batch}` });
  await outside.query(name, `begin; ${`${insert};`.repeat(REQUESTS)} commit`);
  await watch.ended(REQUESTS, PATIENCE_MS);
  await letPollsPass(POLLS, settings);
  const attempts = await outside.query<{ id: string; status: string; job: string }>(
    name,
    `select request_id as id, status, job_name as job from batch.attempt where kind = '${kind}'`,
  );
  const succeeded = attempts.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
  const { created, complete, peak } = watch.count;
  return [
    exactly(REQUESTS, `requests of ${name} SUCCESS`, new Set(succeeded).size),
    exactly(0, "of them twice", succeeded.length - new Set(succeeded).size),
    exactly(REQUESTS, "attempts", attempts.length),
    exactly(REQUESTS, "Jobs", created),
    exactly(REQUESTS, "Complete", complete),
    exactly(0, "idle", created - new Set(attempts.map(({ job }) => job)).size),
    atMost(maxReplicaCount, "at once", peak),
  ];
}
