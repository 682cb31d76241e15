import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { type Attempt, attempts, clear, insert, isIdle } from "../requests.ts";
import type { FaultKind } from "./faultCommands.ts";
import { allRunAgain } from "./loss.ts";
import { NodeFault } from "./nodeFault.ts";
import { restartPolls } from "./restartPolls.ts";
import type { TwoNodes } from "./twoNodes.ts";

/** What the loss of the node with the database has shown. */
export interface DatabaseLoss {
  readonly kind: FaultKind;
  /** Every attempt right before the loss: those that had ended, and those that ran on both nodes. */
  readonly before: readonly Attempt[];
  /** Every attempt once all is done. */
  readonly attempts: readonly Attempt[];
  /** How many requests there were. */
  readonly requests: number;
  /** Seconds from the loss until the database answered again. */
  readonly awaySeconds: number;
  /** Seconds from then until every request that ran at the loss has succeeded or runs again. */
  readonly toRunAgain: number;
  /** Seconds from then to the first attempt of the slowest of the requests that were inserted then. */
  readonly toFirstAttempt: number;
}

/** Requests and their durations: finished before the loss, running on each node during it, and inserted after it. */
const ENDED = { count: 2, seconds: 1 };
const RUNNING = { count: 4, seconds: 45 };
const LATER = { count: 2, seconds: 5 };

/** Longer than a worker waits for the database, and than Kubernetes waits for a node. */
const AWAY_SECONDS = 120;

const WAIT = { timeoutMs: 600_000, intervalMs: 500 };

/** Loses the second node, on which the database is, while requests run on both, and gives it back. */
export async function loseDatabase(cluster: Cluster, nodes: TwoNodes, kind: FaultKind): Promise<DatabaseLoss> {
  await nodes.ready();
  await clear(cluster);
  await insert(cluster, ENDED.count, ENDED.seconds);
  await until("the first requests' end", () => isIdle(cluster), WAIT);
  for (const [index, node] of [nodes.first, nodes.second.name].entries()) {
    await nodes.onlyOn(node, async () => {
      await insert(cluster, RUNNING.count, RUNNING.seconds);
      await until(
        `RUNNING on ${node}`,
        async () => (await running(cluster)).length === RUNNING.count * (index + 1),
        WAIT,
      );
    });
  }
  const before = await attempts(cluster);
  const fault = new NodeFault(nodes.second);
  try {
    const at = await fault.inject(kind);
    await sleep(at + AWAY_SECONDS * 1_000 - Date.now());
    await fault.recover();
    await until("PostgreSQL answers", () => answers(cluster), WAIT);
    const answered = Date.now();
    // The server has returned with another address behind its name: KEDA's poll waits for an answer from the earlier one.
    if (kind === "lost") await restartPolls(cluster);
    await insert(cluster, LATER.count, LATER.seconds);
    const lost = before.filter(({ status }) => status === "RUNNING");
    const again = async () => allRunAgain(lost, await attempts(cluster));
    await until("all run again", again, WAIT).catch((error: Error) => console.error(`        ${error.message}`));
    const toRunAgain = (Date.now() - answered) / 1_000;
    await until("no unfinished request", () => isIdle(cluster), WAIT);
    const all = await attempts(cluster);
    const later = all.filter(({ id, attempt }) => attempt === 1 && !before.some((one) => one.id === id));
    const requests = ENDED.count + 2 * RUNNING.count + LATER.count;
    const starts = later.map(({ started_at }) => (Date.parse(started_at) - answered) / 1_000);
    const toFirstAttempt = Math.max(0, ...starts);
    return {
      ...{ kind, before, attempts: all, requests },
      awaySeconds: (answered - at) / 1_000,
      toRunAgain,
      toFirstAttempt,
    };
  } finally {
    await fault.recover();
  }
}

async function running(cluster: Cluster): Promise<Attempt[]> {
  return (await attempts(cluster)).filter(({ status }) => status === "RUNNING");
}

async function answers(cluster: Cluster): Promise<boolean> {
  return (await cluster.psql("select 1").catch(() => "")) !== "";
}
