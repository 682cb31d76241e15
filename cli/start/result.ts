import type { Cluster } from "../../simulator/cluster.ts";
import type { Options } from "./options.ts";
import type { Queryable } from "./reconnectingClient.ts";
import { type ClapRow, countAttempts, readBusyJobs, readClaps, readFailures } from "./requests.ts";

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

/** A run that has ended without being stopped. */
export interface RunResult {
  readonly result: Result;
  readonly claps: readonly ClapRow[];
  readonly asExpected: boolean;
}

/** Reads from the tables and the cluster what became of a run's requests. */
export async function readResult(
  ids: readonly string[],
  { client, cluster, options, seconds }: { client: Queryable; cluster: Cluster; options: Options; seconds: number },
): Promise<RunResult> {
  const claps = await readClaps(client, ids);
  const failures = await readFailures(client, ids);
  const jobs = cluster.jobs.map(({ name }) => name);
  const busyJobs = await readBusyJobs(client, jobs);
  const count = (status: ClapRow["status"]) => claps.filter((clap) => clap.status === status).length;
  const result: Result = {
    requests: ids.length,
    success: count("SUCCESS"),
    dead: count("DEAD"),
    jobs: jobs.length,
    idleJobs: jobs.filter((name) => !busyJobs.has(name)).length,
    peakJobs: cluster.peak,
    attempts: await countAttempts(client, ids),
    seconds: Math.round(10 * seconds) / 10,
  };
  const asExpected = claps.length === ids.length && claps.every((clap) => endedAsExpected(clap, failures, options));
  return { result, claps, asExpected };
}

/** SUCCESS; or DEAD where a request asks for that many failures, or where that many of its pods were killed. */
function endedAsExpected(
  { id, status, iteration: attempt }: ClapRow,
  failures: ReadonlyMap<string, number>,
  { backoffLimit, killEvery }: Options,
): boolean {
  const asksToFail = (failures.get(id) ?? 0) > backoffLimit;
  if (status === "DEAD") return asksToFail || (killEvery !== undefined && attempt > backoffLimit);
  return status === "SUCCESS" && !asksToFail;
}
