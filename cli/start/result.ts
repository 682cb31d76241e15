import type pg from "pg";
import type { Cluster } from "../../simulator/cluster.ts";
import type { Options } from "./options.ts";
import { type ClapRow, readAttemptJobs, readClaps } from "./requests.ts";

/** What a run came to; `--json` prints it. Durations are in seconds. */
export interface Result {
  readonly requests: number;
  readonly success: number;
  readonly dead: number;
  readonly jobs: number;
  /** Jobs that never claimed a request. */
  readonly idleJobs: number;
  /** Most unfinished Jobs at once. */
  readonly peakJobs: number;
  readonly attempts: number;
  readonly seconds: number;
}

/** A run that has ended by itself. */
export interface Ended {
  readonly result: Result;
  readonly claps: readonly ClapRow[];
  readonly asExpected: boolean;
}

/** Reads from the tables and the cluster what became of a run's requests (`id` to the failures it asks for). */
export async function readResult(
  requests: ReadonlyMap<string, number>,
  { client, cluster, options, seconds }: { client: pg.Client; cluster: Cluster; options: Options; seconds: number },
): Promise<Ended> {
  const ids = [...requests.keys()];
  const claps = await readClaps(client, ids);
  const attemptJobs = await readAttemptJobs(client, ids);
  const busyJobs = new Set(attemptJobs);
  const count = (status: ClapRow["status"]) => claps.filter((clap) => clap.status === status).length;
  const result: Result = {
    requests: ids.length,
    success: count("SUCCESS"),
    dead: count("DEAD"),
    jobs: cluster.jobs.length,
    idleJobs: cluster.jobs.filter((job) => !busyJobs.has(job.name)).length,
    peakJobs: cluster.peak,
    attempts: attemptJobs.length,
    seconds: Math.round(10 * seconds) / 10,
  };
  const asExpected = claps.length === ids.length && claps.every((clap) => endedAsItShould(clap, requests, options));
  return { result, claps, asExpected };
}

/** SUCCESS; or DEAD where a request asks for that many failures, or where that many of its pods were killed. */
function endedAsItShould(
  { id, status, attempt }: ClapRow,
  requests: ReadonlyMap<string, number>,
  { backoffLimit, killEvery }: Options,
): boolean {
  const asksToFail = (requests.get(id) ?? 0) > backoffLimit;
  if (status === "DEAD") return asksToFail || (killEvery !== undefined && attempt > backoffLimit);
  return status === "SUCCESS" && !asksToFail;
}
