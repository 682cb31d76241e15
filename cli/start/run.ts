import { Cluster } from "../../simulator/cluster.ts";
import { poll } from "../../simulator/poll.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { Home } from "./home.ts";
import type { Options } from "./options.ts";
import { insertRequests, readProgress, unfinishedRequests } from "./requests.ts";
import { type Ended, readResult } from "./result.ts";
import type { Screen } from "./screen.ts";

/** How often the picture is drawn. */
const PICTURE_MS = 500;

/**
 * Runs requests until none is left: asks the scaling query as KEDA does, and keeps Jobs as Kubernetes does.
 *
 * @returns what it came to; undefined when `signal` aborted first, every pod being gone by then.
 */
export async function run(
  options: Options,
  home: Home,
  screen: Screen,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const { client } = home;
  const cluster = createCluster(options, home, screen);
  await insertRequests(client, options.requests, options.seconds, options.failures);
  const requests = await unfinishedRequests(client);
  const ids = [...requests.keys()];

  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const show = async () => screen.show(await readProgress(client, ids), cluster.jobs, elapsed());
  const watcher = setInterval(() => void show().catch(() => undefined), PICTURE_MS);
  const killer =
    options.killEvery === undefined ? undefined : setInterval(() => cluster.killRandomPod(), 1_000 * options.killEvery);
  try {
    await poll(options, home.database, cluster, signal);
  } finally {
    clearInterval(watcher);
    clearInterval(killer);
    await cluster.stop();
  }
  if (signal.aborted) return undefined;
  const seconds = elapsed();
  await show();
  return await readResult(requests, { client, cluster, options, seconds });
}

function createCluster({ backoffLimit, backoffSeconds, requestsPerJob }: Options, home: Home, screen: Screen): Cluster {
  const { kind, graceSeconds } = DEFAULTS;
  return new Cluster({
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
}
