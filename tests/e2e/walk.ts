import { atMost, exactly, type Finding } from "./finding.ts";
import { JobWatch } from "./jobWatch.ts";
import { letPollsPass } from "./polls.ts";
import { attempts, clear, insert } from "./requests.ts";
import type { ScenarioContext } from "./scenario.ts";

const REQUESTS = 60;

/**
 * Where pods start within a few seconds, a Job of 20 s is Complete after 24 to 26 s. Polls every 5 s would make 25 s or 30 s of
 * that by chance, and the walk 1.1 or 1.2 times as long as the plain Job.
 */
const POLLING_INTERVAL = "3";

/** Polls after the last end, by which a Job that nothing asked for would come. */
const POLLS = 2;

/** 60 INSERTs of 20 s with at most ten Jobs at once, in at most `ratio` times the plain Job of the same run, and `mostSeconds`. */
export async function walk(
  context: ScenarioContext,
  requestsPerJob: number,
  ratio: number,
  mostSeconds?: number,
): Promise<Finding[]> {
  const { cluster, stack, settings, plainJob } = context;
  const jobs = Math.ceil(REQUESTS / requestsPerJob);
  const own = { ...settings, pollingInterval: POLLING_INTERVAL, requestsPerJob: String(requestsPerJob) };
  await stack.up(own);
  const plain = await plainJob.seconds();
  await clear(cluster);
  using watch = new JobWatch(cluster);
  const began = performance.now();
  await insert(cluster, REQUESTS, 20);
  await watch.ended(jobs, 900_000);
  const seconds = (performance.now() - began) / 1_000;
  await letPollsPass(POLLS, own);
  const all = await attempts(cluster);
  const ran = new Set(all.filter(({ status }) => status === "SUCCESS").map(({ id }) => id));
  const idle = watch.count.created - new Set(all.map(({ job_name }) => job_name)).size;
  context.note(`${seconds.toFixed(1)} s; the plain Job: ${plain.toFixed(1)} s`);
  return [
    exactly(jobs, "Jobs", watch.count.created),
    exactly(jobs, "Complete", watch.count.complete),
    atMost(10, "at once", watch.count.peak),
    exactly(0, "idle", idle),
    exactly(REQUESTS, "requests SUCCESS", ran.size),
    exactly(REQUESTS, "attempts", all.length),
    exactly(REQUESTS, "first attempts", all.filter(({ attempt }) => attempt === 1).length),
    atMost(ratio, "times the plain Job", seconds / plain),
    ...(mostSeconds === undefined ? [] : [atMost(mostSeconds, "for all of them", seconds, " s")]),
  ];
}
