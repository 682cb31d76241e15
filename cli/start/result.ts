import type { Cluster } from "../../simulator/cluster.ts";
import type { Options } from "./options.ts";
import type { Queryable } from "./reconnectingClient.ts";
import { countAttempts, readBusyJobs } from "./requests.ts";
import type { RequestsEnd, RunWork } from "./runWork.ts";

/** A run's result; `--json` prints it. Durations are in seconds. */
export interface Result {
  readonly requests: number;
  readonly success: number;
  readonly dead: number;
  readonly jobs: number;
  /** Jobs that never claimed a request. */
  readonly idleJobs: number;
  /** The maximum number of unfinished Jobs at any one time. */
  readonly peakJobs: number;
  readonly attempts: number;
  readonly seconds: number;
}

/** A run that has ended without being stopped. */
export interface RunResult extends Pick<RequestsEnd, "table" | "asExpected"> {
  readonly result: Result;
}

interface ResultArgs {
  readonly client: Queryable;
  readonly cluster: Cluster;
  readonly work: RunWork;
  readonly options: Options;
  /** The pods that the run killed. */
  readonly killedPods: readonly string[];
  readonly seconds: number;
}

/** Reads the result of a run from the tables and the cluster. */
export async function readResult(
  ids: readonly string[],
  { client, cluster, work, options, killedPods, seconds }: ResultArgs,
): Promise<RunResult> {
  const jobs = cluster.jobs.map(({ name }) => name);
  const kills =
    options.killEvery === undefined ? undefined : { pods: killedPods, jobs, crashLimit: options.backoffLimit };
  const { success, dead, asExpected, table } = await work.readEnd(client, ids, kills);
  const busyJobs = await readBusyJobs(client, work.kind, jobs);
  const result: Result = {
    requests: ids.length,
    success,
    dead,
    jobs: jobs.length,
    idleJobs: jobs.filter((name) => !busyJobs.has(name)).length,
    peakJobs: cluster.peak,
    attempts: await countAttempts(client, work.kind, ids),
    seconds: Math.round(10 * seconds) / 10,
  };
  return { result, table, asExpected };
}
