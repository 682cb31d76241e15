import { atMost, exactly, type Limit } from "../support/limit.ts";
import { JobWatch } from "./jobWatch.ts";
import { waitForPolls } from "./polls.ts";
import { attempts, clear, insert } from "./requests.ts";
import type { ScenarioContext } from "./scenario.ts";

const REQUESTS = 60;

/** The settings for the 60 requests. */
interface ThroughputArgs {
  readonly requestsPerJob: number;
  /** In seconds, like the stack's config key. */
  readonly pollingInterval: string;
  /** The maximum duration as a multiple of the plain Job's mean. */
  readonly ratio: number;
  /** The maximum duration in seconds. @default - no limit */
  readonly mostSeconds?: number;
}

/** Polls after the last end, at which an unneeded Job would be created. */
const POLLS = 2;

/** 60 INSERTs of 20 s with at most ten Jobs at once, within the limits, compared with the mean of a plain Job before and one after them. */
export async function measureThroughput(
  context: ScenarioContext,
  { requestsPerJob, pollingInterval, ratio, mostSeconds }: ThroughputArgs,
): Promise<Limit[]> {
  const { cluster, stack, settings, plainJob } = context;
  const jobs = Math.ceil(REQUESTS / requestsPerJob);
  const own = { ...settings, pollingInterval, requestsPerJob: String(requestsPerJob) };
  await stack.up(own);
  await clear(cluster);
  const before = await plainJob.recentSeconds();
  using watch = new JobWatch(cluster);
  const began = performance.now();
  await insert(cluster, REQUESTS, 20);
  await watch.ended(jobs, 900_000);
  const seconds = (performance.now() - began) / 1_000;
  await waitForPolls(POLLS, own);
  const all = await attempts(cluster);
  const ran = new Set(all.filter(({ status }) => status === "SUCCESS").map(({ id }) => id));
  const idle = watch.count.created - new Set(all.map(({ job_name }) => job_name)).size;
  const limits = [
    exactly(jobs, "Jobs", watch.count.created),
    exactly(jobs, "Complete", watch.count.complete),
    atMost(10, "at once", watch.count.peak),
    exactly(0, "idle", idle),
    exactly(REQUESTS, "requests SUCCESS", ran.size),
    exactly(REQUESTS, "attempts", all.length),
    exactly(REQUESTS, "first attempts", all.filter(({ attempt }) => attempt === 1).length),
  ];
  // As before: without finished pods.
  await clear(cluster);
  const after = await plainJob.run();
  context.note(`${seconds.toFixed(1)} s; the plain Job: ${before.toFixed(1)} s before and ${after.toFixed(1)} s after`);
  return [
    ...limits,
    atMost(ratio, `times the plain Job at polls of ${pollingInterval} s`, seconds / ((before + after) / 2)),
    ...(mostSeconds === undefined ? [] : [atMost(mostSeconds, "for all of them", seconds, " s")]),
  ];
}
