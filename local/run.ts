import { setTimeout as sleep } from "node:timers/promises";
import { demand } from "../worker/src/queue/demand.ts";
import { DEFAULTS } from "../worker/src/settings.ts";
import { Cluster } from "./cluster.ts";
import type { Home } from "./home.ts";
import { newJobName } from "./jobController.ts";
import type { Options } from "./options.ts";
import { clapTable, closingLine, type Result } from "./report.ts";
import { insertRequests, readAttemptJobs, readClaps, readProgress, unfinishedRequests } from "./requests.ts";
import { jobsToCreate } from "./scaling.ts";
import type { Screen } from "./screen.ts";

/** How many lines of `clap` the end of a run shows. */
const CLAP_LINES = 12;

/** How often the picture is drawn, at most. */
const PICTURE_MS = 500;

/**
 * Runs requests until none is left: asks the scaling query as KEDA does, and keeps Jobs as Kubernetes does.
 *
 * @returns what it came to, and whether every request ended as it should: SUCCESS, or DEAD where it asks for more
 *   failures than it is granted; undefined when `signal` aborted first.
 */
export async function run(
  options: Options,
  home: Home,
  screen: Screen,
  signal: AbortSignal,
): Promise<{ readonly result: Result; readonly asExpected: boolean } | undefined> {
  const { kind, graceSeconds } = DEFAULTS;
  const { requestsPerJob, maxReplicaCount, backoffLimit, backoffSeconds } = options;
  const cluster = new Cluster({
    backoff: { backoffLimit, backoffSeconds },
    graceSeconds,
    env: {
      ...home.env,
      KIND: kind,
      BACKOFF_LIMIT: String(backoffLimit),
      BACKOFF_SECONDS: String(backoffSeconds),
      REQUESTS_PER_JOB: String(requestsPerJob),
      GRACE_SECONDS: String(graceSeconds),
    },
    onBroken: (pod, exitCode, words) => screen.print(`pod ${pod} ended with exit code ${exitCode}:\n${words}`),
  });
  signal.addEventListener("abort", () => void cluster.stop(), { once: true });

  await insertRequests(home.client, options.requests, options.seconds, options.failures);
  const requests = await unfinishedRequests(home.client);
  const ids = [...requests.keys()];
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const killer = options.killEvery && setInterval(() => cluster.killRandomPod(), 1_000 * options.killEvery);
  const watch = async () => screen.show(await readProgress(home.client, ids), cluster.jobs, elapsed());
  const watcher = setInterval(() => void watch().catch(() => undefined), PICTURE_MS);
  try {
    for (let poll = 0; !signal.aborted; poll++) {
      const queueLength = await demand(home.database, { kind, requestsPerJob, maxReplicaCount });
      const running = cluster.unfinishedJobs.length;
      if (queueLength === 0 && running === 0) break;
      const count = jobsToCreate({ queueLength, maxReplicaCount, running, pending: 0, strategy: "default" });
      for (let created = 0; created < count; created++) cluster.createJob(newJobName());
      // From start to start, as KEDA polls; a look that took longer is followed at once by the next.
      const next = startedAt + 1_000 * options.pollingInterval * (poll + 1);
      await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    clearInterval(watcher);
    if (killer) clearInterval(killer);
    await cluster.stop();
  }
  if (signal.aborted) return undefined;

  const seconds = elapsed();
  await watch();
  screen.clear();
  const claps = await readClaps(home.client, ids);
  const attemptJobs = await readAttemptJobs(home.client, ids);
  const busyJobs = new Set(attemptJobs);
  const count = (status: string) => claps.filter((clap) => clap.status === status).length;
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
  for (const line of clapTable(claps, CLAP_LINES)) screen.print(line);
  screen.print(closingLine(result));
  const expected = (id: string) => ((requests.get(id) ?? 0) > backoffLimit ? "DEAD" : "SUCCESS");
  return {
    result,
    asExpected: claps.length === ids.length && claps.every(({ id, status }) => status === expected(id)),
  };
}
