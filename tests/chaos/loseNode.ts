import type pg from "pg";
import { insertRequests } from "../../cli/start/requests.ts";
import type { Cluster } from "../../simulator/cluster.ts";
import type { Pod } from "../../simulator/pod.ts";
import { poll } from "../../simulator/poll.ts";
import { EXIT_CODES } from "../../worker/src/outcome.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { BenchContext } from "../bench/context.ts";
import { atLeast, atMost, type Limit } from "../support/limit.ts";
import { until } from "../support/until.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";
import { readAttempts } from "./attempts.ts";
import { createCluster } from "./createCluster.ts";
import type { Findings } from "./findings.ts";
import type { LostNode } from "./node.ts";
import { QueueObserver } from "./queueObserver.ts";

/** A clap's length, and the time between KEDA's polls, in seconds. */
const SECONDS = 8;
const POLLING_SECONDS = 5;

/** Seconds from the cut until the server has released the session lock, and until the request has succeeded elsewhere. */
const UNLOCK_SECONDS = 30;
const SUCCESS_SECONDS = 60;

/** The state of a lost worker's connection when the link was cut. */
const CONNECTIONS = ["idle", "an answer in flight"] as const;

/** How a lost worker's request continued; in seconds from the cut. */
interface Loss {
  readonly connection: string;
  readonly unlockedSeconds: number;
  readonly runningSeconds: number;
  readonly successSeconds: number;
  readonly successes: number;
  /** The lost worker's exit once the link was restored. */
  readonly exitCode: number;
}

/** Loses a node with two workers, lets other workers run their requests, and restores the node. */
export async function loseNode(node: LostNode, context: BenchContext): Promise<Findings> {
  const client = await context.connect();
  const database = context.openDatabase();
  let lost = false;
  const env = { ...context.env, PG_HOST: node.serverAddress };
  const execPrefix = () => (lost ? [] : node.execPrefix);
  const cluster = createCluster({ ...context, env }, { backoffSeconds: DEFAULTS.backoffSeconds, execPrefix });
  try {
    await waitOutStartupGrace(client);
    await insertRequests(client, 1, SECONDS, 0);
    const asked = { requestsPerJob: 1, maxReplicaCount: 10, pollingInterval: POLLING_SECONDS };
    const polled = poll(asked, database, cluster, context.signal);
    const blocker = await context.connect();
    const lostWorkers = await startBoth(cluster, client, blocker);
    lost = true;
    await node.cut();
    const cutAt = Date.now();
    // The second worker's answer is sent into the cut link.
    await blocker.query("commit");
    const watch = new QueueObserver(await context.connect());
    const unlockedAt = await Promise.all(lostWorkers.map((pod) => watch.untilUnlocked(pod.name, 20)));

    const ids = CONNECTIONS.map((_, index) => String(index + 1));
    await until("both requests have succeeded elsewhere", async () => (await watch.succeeded(ids)) === ids.length, {
      timeoutMs: 1_000 * (SUCCESS_SECONDS + 30),
    });
    const attempts = await readAttempts(client, ids);
    await node.restore();
    const exitCodes = await Promise.all(lostWorkers.map((pod) => pod.ended));
    await polled;
    const changed = JSON.stringify(attempts) === JSON.stringify(await readAttempts(client, ids)) ? 0 : 1;

    const since = (time: number | undefined) => ((time ?? Number.NaN) - cutAt) / 1_000;
    const losses = CONNECTIONS.map((connection, index): Loss => {
      const own = attempts.filter(({ request }) => request === ids[index]);
      const successes = own.filter(({ status }) => status === "SUCCESS");
      return {
        connection,
        unlockedSeconds: since(unlockedAt[index]),
        runningSeconds: since(own.find(({ attempt }) => attempt === 2)?.startedAt),
        successSeconds: since(successes[0]?.endedAt),
        successes: successes.length,
        exitCode: exitCodes[index] ?? Number.NaN,
      };
    });
    return {
      header: ["from the cut of the link", ...CONNECTIONS],
      rows: toRows(losses),
      limits: toLimits(losses, changed),
      numbers: losses,
    };
  } finally {
    await cluster.stop();
    await database.close();
    await client.end();
  }
}

/** Two workers: one that works, and one whose query for its request's row is answered when `blocker` commits. */
async function startBoth(cluster: Cluster, client: pg.Client, blocker: pg.Client): Promise<readonly Pod[]> {
  const working = await until("the first worker works", () =>
    cluster.pods.find((pod) => pod.outputTail().includes('"clapping"')),
  );
  await blocker.query("begin");
  await blocker.query("lock table batch.kind in access exclusive mode");
  await insertRequests(client, 1, SECONDS, 0);
  await until("the second one has asked for its request's row", async () =>
    (await client.query("select from pg_locks where relation = 'batch.kind'::regclass and not granted")).rows.at(0),
  );
  return [working, ...cluster.pods.filter((pod) => pod !== working)];
}

function toRows(losses: readonly Loss[]): string[][] {
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    ["its session lock is released", ...losses.map(({ unlockedSeconds }) => seconds(unlockedSeconds))],
    ["its request runs elsewhere", ...losses.map(({ runningSeconds }) => seconds(runningSeconds))],
    ["its request is SUCCESS", ...losses.map(({ successSeconds }) => seconds(successSeconds))],
    ["exit code of the lost worker, link restored", ...losses.map(({ exitCode }) => String(exitCode))],
  ];
}

function toLimits(losses: readonly Loss[], changed: number): Limit[] {
  const most = (key: keyof Omit<Loss, "connection">) => Math.max(...losses.map((loss) => loss[key]));
  const ended = losses.filter(({ exitCode }) => exitCode === EXIT_CODES.lost).length;
  return [
    atMost(UNLOCK_SECONDS, "session lock released", most("unlockedSeconds"), " s"),
    atMost(SUCCESS_SECONDS, "SUCCESS elsewhere", most("successSeconds"), " s"),
    atMost(1, "successes of a request", most("successes")),
    atLeast(losses.length, `lost workers that end with ${EXIT_CODES.lost}`, ended),
    atMost(0, "changes by what the lost workers wrote late", changed),
  ];
}
