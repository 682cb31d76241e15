import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/until.ts";
import { type Cluster, hasCondition } from "../cluster.ts";
import { type Attempt, attempts, clear, insert, isIdle } from "../requests.ts";
import { workers } from "../workers.ts";
import type { FaultKind } from "./faultCommands.ts";
import { allRunAgain, type Inserted, type Loss } from "./loss.ts";
import { NodeFault } from "./nodeFault.ts";
import { Observer } from "./observer.ts";
import type { TwoNodes } from "./twoNodes.ts";

/** How a node is lost. */
export interface LossPlan {
  readonly kind: FaultKind;
  /** How long the first attempt of each request on the node works, in seconds; the length is the number of requests. */
  readonly seconds: readonly number[];
  /** Seconds from the start of the last of them to the loss: varies the moment of the loss between two polls. */
  readonly delaySeconds: number;
  /** Seconds after the loss at which two more requests are inserted each. The node returns once all of them run. */
  readonly insertAt: readonly number[];
}

/** Duration in seconds of a request that is inserted after the loss. */
const SHORT_SECONDS = 5;
/** Maximum duration in seconds of a request's second attempt. */
const AGAIN_SECONDS = 45;
const REQUESTS_PER_INSERT = 2;

/** Twice the longest expected wait. */
const RUN_AGAIN = { timeoutMs: 240_000, intervalMs: 500 };
const RUNNING = { timeoutMs: 120_000, intervalMs: 500 };
const DONE = { timeoutMs: 600_000, intervalMs: 1_000 };

/** Loses the second node with running requests, waits until they run again, restores the node, and waits until everything has ended. */
export async function loseNode(cluster: Cluster, nodes: TwoNodes, plan: LossPlan): Promise<Loss> {
  const { kind, seconds, delaySeconds, insertAt } = plan;
  await nodes.ready();
  await clear(cluster);
  await nodes.onlyOn(nodes.second.name, async () => {
    for (const duration of seconds) await insert(cluster, 1, duration);
    await until("all RUNNING", async () => (await runningAttempts(cluster)).length === seconds.length, RUNNING);
  });
  await using observer = new Observer(cluster, nodes.second.name);
  await sleep(delaySeconds * 1_000);
  const running = await runningAttempts(cluster);
  await checkPlacement(cluster, running, nodes.second.name);
  // Takes effect at the next claim.
  await cluster.psql(`update make_it_clap set duration_seconds = least(duration_seconds, ${AGAIN_SECONDS})`);
  const fault = new NodeFault(nodes.second);
  const inserted: Inserted[] = [];
  try {
    const at = await fault.inject(kind);
    for (const second of insertAt) {
      await sleep(Math.max(0, at + second * 1_000 - Date.now()));
      inserted.push(...(await insertShort(cluster)));
    }
    await until("all run again", async () => isOver(running, inserted, await attempts(cluster)), RUN_AGAIN).catch(
      (error: Error) => console.error(`        ${error.message}`),
    );
    const { notReadyAt } = observer;
    const before = await attempts(cluster);
    await fault.recover();
    await until("no unfinished request", () => isIdle(cluster), DONE);
    await nodes.ready();
    const finished = async () => (await cluster.jobs()).every((job) => hasCondition(job, "Complete", "Failed"));
    await until("no unfinished Job", finished, DONE);
    return { kind, at, running, inserted, notReadyAt, pods: observer.pods, before, attempts: await attempts(cluster) };
  } finally {
    await fault.recover();
  }
}

async function runningAttempts(cluster: Cluster): Promise<Attempt[]> {
  return (await attempts(cluster)).filter(({ status }) => status === "RUNNING");
}

async function checkPlacement(cluster: Cluster, running: readonly Attempt[], node: string): Promise<void> {
  const pods = new Map((await workers(cluster)).map((pod) => [pod.metadata.name, pod.spec.nodeName]));
  const elsewhere = running.filter(({ pod_name }) => pods.get(pod_name) !== node);
  if (elsewhere.length === 0) return;
  throw new Error(`every request must run on node ${node} (it is lost next); got ${elsewhere.length} elsewhere`);
}

async function insertShort(cluster: Cluster): Promise<Inserted[]> {
  const at = Date.now();
  const values = Array(REQUESTS_PER_INSERT).fill(`(${SHORT_SECONDS})`).join();
  const ids = await cluster.psql(`insert into make_it_clap (duration_seconds) values ${values} returning id`);
  return ids
    .trim()
    .split("\n")
    .map((id) => ({ id: Number(id), at }));
}

/** Whether the cost of the loss is known: each request runs again or has succeeded, and each new one has run. */
function isOver(running: readonly Attempt[], inserted: readonly Inserted[], all: readonly Attempt[]): boolean {
  return allRunAgain(running, all) && inserted.every((request) => all.some(({ id }) => id === request.id));
}
