import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "../../simulator/cluster.ts";
import { poll } from "../../simulator/poll.ts";
import { raceAbort } from "../../worker/src/raceAbort.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import { SAME_SIGNAL_MS } from "../stopSignals.ts";
import { createCommandWork } from "./commandWork.ts";
import { createProblemNotice } from "./kindProblem.ts";
import { createLingerNotice } from "./lingeringCommands.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import type { Options } from "./options.ts";
import { printable } from "./printable.ts";
import type { ProgressDisplay } from "./progressDisplay.ts";
import type { Queryable } from "./reconnectingClient.ts";
import { count } from "./report.ts";
import { type Progress, type RunRequests, readAttempted, readProgress, readTime, readWorkingPods } from "./requests.ts";
import { type RunResult, readResult } from "./result.ts";
import type { RunWork } from "./runWork.ts";
import { createSampleWork } from "./sampleWork.ts";
import type { StopSignals } from "./stopSignals.ts";

/** How long after a signal pods may end before it is printed that they are waited for; from then on a second signal is another one. */
const NOTICE_MS = SAME_SIGNAL_MS + 200;

/** The time between two updates of the display. */
const REFRESH_MS = 500;

/**
 * Runs requests until none is left: runs the scaling query as KEDA does, and manages Jobs as Kubernetes does.
 *
 * @returns the result; undefined when it was stopped first. By then no pod is running.
 * @throws Error when the database stays unreachable or refuses, or the run's own server ends.
 */
export async function run(
  options: Options,
  local: LocalDatabase,
  display: ProgressDisplay,
  { stop, force }: StopSignals,
): Promise<RunResult | undefined> {
  const failure = new AbortController();
  void local.failed.then((error) => failure.abort(error));
  const signal = AbortSignal.any([stop, failure.signal]);
  const work = createWork(options, local, display);
  const cluster = createCluster(options, work, local, display);
  force.addEventListener("abort", () => cluster.kill());
  try {
    const ids = await raceAbort(work.prepare(), signal);
    return await runRequests(ids, { options, local, display, work, cluster, signal });
  } catch (error) {
    if (failure.signal.aborted) cluster.kill();
    const notice = setTimeout(() => display.print(describeWait(cluster, stop.aborted)), NOTICE_MS);
    await cluster.stop();
    clearTimeout(notice);
    if (failure.signal.aborted) throw failure.signal.reason;
    if (stop.aborted) return undefined;
    throw error;
  } finally {
    await work.close();
  }
}

function describeWait({ pods }: Cluster, stopped: boolean): string {
  const wait = `Waiting for ${count(pods.length, "pod")} to end, at most ${DEFAULTS.graceSeconds} s`;
  return stopped ? `${wait}; another Ctrl-C kills them.` : `${wait}.`;
}

interface Run {
  readonly options: Options;
  readonly local: LocalDatabase;
  readonly display: ProgressDisplay;
  readonly work: RunWork;
  readonly cluster: Cluster;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

async function runRequests(
  prepared: string[],
  { options, local, display, work, cluster, signal }: Run,
): Promise<RunResult> {
  const { client } = local;
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const print = (line: string) => display.print(line);
  const noticeLingering = createLingerNotice(print);
  const noticeProblem = createProblemNotice(work.kind, print);
  // On its own server all requests are the run's, also those that its commands insert.
  const requests: RunRequests = local.exclusive
    ? { kind: work.kind, ids: null, since: await readTime(client) }
    : { kind: work.kind, ids: prepared, since: "-infinity" };
  const show = async () => {
    await work.printErrors(client, requests);
    await noticeProblem(client);
    const progress = await readProgress(client, requests);
    if (options.batch) noticeLingering(isDone(progress) ? await readLingering(client, work.kind, cluster) : []);
    display.update(progress, cluster.jobs, elapsed());
  };
  const finished = new AbortController();
  void watch(show, AbortSignal.any([signal, finished.signal]));
  const killedPods: string[] = [];
  const killer = startKiller(options, cluster, (podName) => killedPods.push(podName));
  try {
    // A deferred request waits without being counted. On a shared server a run ends with its own requests.
    const isFinished = async (queueLength: number) =>
      (queueLength === 0 || !local.exclusive) && isDone(await readProgress(client, requests));
    const settings = { ...options, kind: work.kind, isFinished };
    await raceAbort(poll(settings, local.database, cluster, signal), signal);
  } finally {
    clearInterval(killer);
    finished.abort();
  }
  await cluster.stop();
  const seconds = elapsed();
  await show();
  const jobs = cluster.jobs.map(({ name }) => name);
  const inserted = local.exclusive ? await readAttempted(client, work.kind, jobs) : [];
  return await readResult([...new Set([...prepared, ...inserted])], {
    client,
    cluster,
    work,
    options,
    killedPods,
    seconds,
  });
}

/** The running pods that work on no request. */
async function readLingering(client: Queryable, kind: string, cluster: Cluster): Promise<string[]> {
  const names = cluster.pods.map(({ name }) => name);
  const working = await readWorkingPods(client, kind, names);
  return names.filter((name) => !working.has(name));
}

function createWork(options: Options, local: LocalDatabase, display: ProgressDisplay): RunWork {
  if (options.batch === undefined) return createSampleWork(options, local);
  return createCommandWork(options.batch, local, (line) => display.print(line));
}

function isDone({ waiting, running, reserved }: Progress): boolean {
  return waiting + running + reserved === 0;
}

/** Runs one update after another, so that they do not pile up while the database is unreachable. */
async function watch(show: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await raceAbort(show(), signal).catch(() => undefined);
    await sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined);
  }
}

function startKiller(
  { killEvery }: Options,
  cluster: Cluster,
  killed: (podName: string) => void,
): NodeJS.Timeout | undefined {
  if (killEvery === undefined) return undefined;
  return setInterval(() => {
    const pod = cluster.killRandomPod();
    if (pod) killed(pod.name);
  }, 1_000 * killEvery);
}

function createCluster(
  { backoffLimit, backoffSeconds, requestsPerJob }: Options,
  { kind, pods }: RunWork,
  local: LocalDatabase,
  display: ProgressDisplay,
): Cluster {
  const { graceSeconds } = DEFAULTS;
  return new Cluster({
    backoff: { backoffLimit, backoffSeconds },
    graceSeconds,
    ...pods,
    env: {
      ...local.env,
      KIND: kind,
      BACKOFF_LIMIT: String(backoffLimit),
      // One option for both limits.
      CRASH_LIMIT: String(backoffLimit),
      BACKOFF_SECONDS: String(backoffSeconds),
      REQUESTS_PER_JOB: String(requestsPerJob),
      GRACE_SECONDS: String(graceSeconds),
    },
    onUnexpectedExit: (pod, exitCode, output) =>
      display.print(`pod ${pod} ended with exit code ${exitCode}:\n${printable(output)}`),
  });
}
