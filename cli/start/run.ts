import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "../../simulator/cluster.ts";
import { poll } from "../../simulator/poll.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import type { Options } from "./options.ts";
import type { ProgressDisplay } from "./progressDisplay.ts";
import { raceAbort } from "./raceAbort.ts";
import { insertRequests, type Progress, readProgress, readUnfinished } from "./requests.ts";
import { type RunResult, readResult } from "./result.ts";
import type { StopSignals } from "./stopSignals.ts";

/** The time between two updates of the display. */
const REFRESH_MS = 500;

/**
 * Runs requests until none is left: asks the scaling query as KEDA does, and keeps Jobs as Kubernetes does.
 *
 * @returns what it came to; undefined when it was stopped first. No pod runs any more then.
 * @throws Error when the database stays unreachable or refuses, or the run's own server ends.
 */
export async function run(
  options: Options,
  local: LocalDatabase,
  display: ProgressDisplay,
  { stop, force }: StopSignals,
): Promise<RunResult | undefined> {
  const { client } = local;
  const failure = new AbortController();
  void local.failed.then((error) => failure.abort(error));
  const signal = AbortSignal.any([stop, failure.signal]);
  const cluster = createCluster(options, local, display);
  force.addEventListener("abort", () => cluster.kill());
  try {
    const ids = await raceAbort(findRequests(options, local), signal);
    const startedAt = performance.now();
    const elapsed = () => (performance.now() - startedAt) / 1_000;
    const show = async () => display.update(await readProgress(client, ids), cluster.jobs, elapsed());
    const finished = new AbortController();
    void watch(show, AbortSignal.any([signal, finished.signal]));
    const killer = startKiller(options, cluster);
    try {
      // On a server that others use, too, a run ends with its own requests.
      const isFinished = async () => isDone(await readProgress(client, ids));
      const settings = { ...options, ...(local.exclusive ? {} : { isFinished }) };
      await raceAbort(poll(settings, local.database, cluster, signal), signal);
    } finally {
      clearInterval(killer);
      finished.abort();
    }
    await cluster.stop();
    const seconds = elapsed();
    await show();
    return await readResult(ids, { client, cluster, options, seconds });
  } catch (error) {
    if (failure.signal.aborted) cluster.kill();
    await cluster.stop();
    if (failure.signal.aborted) throw failure.signal.reason;
    if (stop.aborted) return undefined;
    throw error;
  }
}

/** The requests of this run: the ones it inserts, and on a database that only it uses all that are unfinished. */
async function findRequests(
  { requests, seconds, failures }: Options,
  { client, exclusive }: LocalDatabase,
): Promise<string[]> {
  const unfinished = exclusive || requests === 0 ? await readUnfinished(client) : [];
  if (requests === 0) return unfinished;
  const once = { query: client.queryOnce.bind(client) };
  return [...unfinished, ...(await insertRequests(once, requests, seconds, failures))];
}

function isDone({ waiting, running, reserved }: Progress): boolean {
  return waiting + running + reserved === 0;
}

/** One update after another: while the database is unreachable none is missed, and they do not pile up. */
async function watch(show: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await raceAbort(show(), signal).catch(() => undefined);
    await sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined);
  }
}

function startKiller({ killEvery }: Options, cluster: Cluster): NodeJS.Timeout | undefined {
  return killEvery === undefined ? undefined : setInterval(() => cluster.killRandomPod(), 1_000 * killEvery);
}

function createCluster(
  { backoffLimit, backoffSeconds, requestsPerJob }: Options,
  local: LocalDatabase,
  display: ProgressDisplay,
): Cluster {
  const { kind, graceSeconds } = DEFAULTS;
  return new Cluster({
    backoff: { backoffLimit, backoffSeconds },
    graceSeconds,
    env: {
      ...local.env,
      KIND: kind,
      BACKOFF_LIMIT: String(backoffLimit),
      BACKOFF_SECONDS: String(backoffSeconds),
      REQUESTS_PER_JOB: String(requestsPerJob),
      GRACE_SECONDS: String(graceSeconds),
    },
    onUnexpectedExit: (pod, exitCode, output) =>
      display.print(`pod ${pod} ended with exit code ${exitCode}:\n${output}`),
  });
}
