import { atMost, exactly, type Limit } from "../../support/limit.ts";
import type { Cluster } from "../cluster.ts";
import { JobWatch, type WatchedBatch } from "../jobWatch.ts";
import { waitForPolls } from "../polls.ts";
import type { ScenarioContext } from "../scenario.ts";
import type { Application } from "./applications.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

/** Requests that run first, so that the nodes pull the images: a Job whose pod takes longer than 44 s counts as lost and is replaced. */
const FIRST_REQUESTS = 8;

/** Polls after the last request has ended, at which an unneeded Job would be created. */
const POLLS = 2;

/** Two cores run both stacks' pods. */
const TIMEOUT_MS = 1_200_000;

interface Attempt {
  readonly id: string;
  readonly status: string;
  readonly job: string;
  readonly startedAt: Date;
}

/** Runs an application's requests and returns the findings. */
export async function work(
  { cluster, settings, note }: Pick<ScenarioContext, "cluster" | "settings" | "note">,
  application: Application,
  outside: OutsideDatabase,
  maxReplicaCount: number,
  requests = 60,
): Promise<Limit[]> {
  const { name, batch } = application;
  const jobs = { namespace: name, label: `scaledjob.keda.sh/name=${batch}` };
  await runFirst(cluster, application, outside, jobs);
  using watch = new JobWatch(cluster, jobs);
  const first = await insert(outside, application, requests);
  await watch.ended(requests, TIMEOUT_MS);
  await waitForPolls(POLLS, settings);
  const attempts = await outside.query<Attempt>(
    name,
    `select request_id as id, status, job_name as job, started_at as "startedAt" from batch.attempt
     where kind = '${application.kind}' and request_id >= ${first}`,
  );
  note(`${name}: at most ${await slowestStart(cluster, jobs, attempts)} s from a Job to its attempt`);
  const succeeded = attempts.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
  const { created, complete, peak } = watch.count;
  return [
    exactly(requests, `requests of ${name} SUCCESS`, new Set(succeeded).size),
    exactly(0, "of them twice", succeeded.length - new Set(succeeded).size),
    exactly(requests, "attempts", attempts.length),
    exactly(requests, "Jobs", created),
    exactly(requests, "Complete", complete),
    exactly(0, "idle", created - new Set(attempts.map(({ job }) => job)).size),
    atMost(maxReplicaCount, "at once", peak),
  ];
}

/** Runs some requests and removes all traces of them, so that they are not counted. */
async function runFirst(
  cluster: Cluster,
  application: Application,
  outside: OutsideDatabase,
  jobs: WatchedBatch,
): Promise<void> {
  {
    using watch = new JobWatch(cluster, jobs);
    await insert(outside, application, FIRST_REQUESTS);
    await watch.ended(FIRST_REQUESTS, TIMEOUT_MS);
  }
  await cluster.kubectl(["delete", "jobs", "-n", jobs.namespace, "-l", jobs.label, "--cascade=foreground", "--wait"]);
}

/** Inserts requests in one transaction; returns the primary key of the first. */
async function insert(outside: OutsideDatabase, { name, insert: one }: Application, count: number): Promise<string> {
  const [{ first } = { first: "" }] = await outside.query<{ first: string }>(
    name,
    `with inserted as (${one} from generate_series(1, ${count}) returning id) select min(id) as first from inserted`,
  );
  return first;
}

/** The longest time in seconds from a Job's creation to its attempt's start. */
async function slowestStart(
  cluster: Cluster,
  { namespace, label }: WatchedBatch,
  attempts: readonly Attempt[],
): Promise<number> {
  const startedAt = new Map(attempts.map((attempt) => [attempt.job, attempt.startedAt.getTime()]));
  const seconds = (await cluster.list("jobs", "-n", namespace, "-l", label)).flatMap(({ metadata }) => {
    const start = startedAt.get(metadata.name);
    return start === undefined ? [] : [(start - Date.parse(metadata.creationTimestamp)) / 1_000];
  });
  return Math.round(Math.max(...seconds));
}
