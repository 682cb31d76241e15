import type { Reason } from "../../../worker/src/queue/attempt.ts";
import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { percentile } from "../../support/samples.ts";
import { countAttempts } from "../chaos/attemptTotals.ts";
import type { Attempt } from "../requests.ts";
import type { ScenarioContext } from "../scenario.ts";
import type { FaultKind } from "./faultCommands.ts";
import { findGateway } from "./gateway.ts";
import { type LossPlan, loseNode } from "./loseNode.ts";
import { loseOperator } from "./loseOperator.ts";
import {
  changedSince,
  idleJobs,
  type Loss,
  sameAttempt,
  secondsToFirstAttempt,
  secondsToRunAgain,
  secondsToTakeOver,
} from "./loss.ts";
import { endingList, insertTable, lossTable, summaryTable } from "./lossTable.ts";
import { moveOperator } from "./operator.ts";
import { readRegistry } from "./registry.ts";
import { TwoNodes } from "./twoNodes.ts";

/** Deploys the stack with PostgreSQL, KEDA and the cluster's DNS on the first node. */
export async function deployOnFirstNode({ cluster, stack, settings }: ScenarioContext): Promise<TwoNodes> {
  const nodes = await TwoNodes.find(cluster);
  await nodes.restore();
  // Nodes of a cluster of several share no Docker daemon.
  const image =
    settings.image ?? JSON.stringify({ build: readRegistry(undefined, await findGateway(nodes.second.network)) });
  await nodes.onlyOn(nodes.first, async () => {
    await nodes.moveDns(nodes.first);
    await nodes.moveStorageProvisioner(nodes.first);
    await stack.up({ ...settings, image });
  });
  await moveOperator(cluster, nodes, nodes.first);
  return nodes;
}

/** Runs the losses one after another and prints their tables. */
export async function loseRepeatedly(
  { cluster, show }: ScenarioContext,
  nodes: TwoNodes,
  plans: readonly LossPlan[],
): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const plan of plans) {
    const loss = await loseNode(cluster, nodes, plan);
    losses.push(loss);
    console.log(lossTable([loss], nodes.second.name).split("\n").at(-1));
  }
  show("The seconds from the loss to a request running again", summaryTable(losses));
  show("The seconds from a later request's insert to its first attempt", insertTable(losses));
  show(
    "The losses (since pod start: of the Job's replacement pod; below 0 another Job was faster)",
    lossTable(losses, nodes.second.name),
  );
  show("How the attempts on the lost node ended", endingList(losses));
  return losses;
}

/** The findings that must hold for every loss, whatever its kind. */
export function commonFindings(losses: readonly Loss[], maxReplicaCount: number): Limit[] {
  const totals = losses.map(({ attempts }) => countAttempts(attempts));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const requests = sum(losses.map(({ running, inserted }) => running.length + inserted.length));
  const lost = losses.flatMap(({ running }) => running);
  const reasons = [...new Set(losses.map(toReason))];
  const isTrue = losses.flatMap((loss) =>
    loss.running.filter((one) => endedAsRecorded(sameAttempt(one, loss.attempts), loss)),
  );
  return [
    exactly(requests, "requests SUCCESS", sum(totals.map(({ succeeded }) => succeeded))),
    exactly(0, "SUCCESS twice", sum(totals.map(({ twice }) => twice))),
    exactly(0, "attempts at the same time as another of their request", sum(totals.map((one) => one.overlapping))),
    exactly(lost.length, `attempts on the lost node recorded as SUCCESS or ${reasons.join(" or ")}`, isTrue.length),
    idleFinding(2 * maxReplicaCount, losses),
    exactly(0, "ended attempts changed by the node's return", sum(losses.map((loss) => changedSince(loss).length))),
    atMost(120, "from a later request's insert to its first attempt", slowest(losses.map(secondsToFirstAttempt)), " s"),
  ];
}

function endedAsRecorded(attempt: Attempt | undefined, loss: Loss): boolean {
  return attempt?.status === "SUCCESS" || attempt?.reason === toReason(loss);
}

/** Why an attempt on the node does not succeed: after SIGTERM a worker has the time to report it. */
function toReason({ kind }: Loss): Reason {
  return kind === "drained" ? "interrupted" : "crashed";
}

/** The 95th percentile, over the losses, of the seconds until all requests of a loss run again. */
export function runAgainFinding(limit: number, losses: readonly Loss[]): Limit {
  const all = losses.map((loss) => Math.max(...secondsToRunAgain(loss)));
  const what = `from the loss until all of its requests run again, at the 95th percentile of ${losses.length}`;
  return atMost(limit, what, all.some(Number.isNaN) ? Number.NaN : percentile(all, 0.95), " s");
}

/**
 * The 95th percentile, over the losses, of the Jobs that find nothing to do. In the model it is at most 1.7 times `maxReplicaCount`
 * (tests/model/lostNode.test.ts).
 */
function idleFinding(limit: number, losses: readonly Loss[]): Limit {
  const counts = losses.map((loss) => idleJobs(loss).length);
  return atMost(limit, `idle Jobs after a loss, at the 95th percentile of ${losses.length}`, percentile(counts, 0.95));
}

/** The slowest takeover by a Job's replacement pod, from its container's start. */
export function takeOverFinding(limit: number, losses: readonly Loss[]): Limit {
  const what = "from the start of a Job's replacement pod to its request's next attempt";
  return atMost(limit, what, slowest(losses.map(secondsToTakeOver)), " s");
}

/** Loses the node again, with KEDA's operator on it. */
export async function operatorFindings(
  { cluster, note }: ScenarioContext,
  nodes: TwoNodes,
  kind: FaultKind,
): Promise<Limit[]> {
  const { toLeader, toFirstAttempt } = await loseOperator(cluster, nodes, kind);
  note(`with KEDA's operator on the node: ${toFirstAttempt.toFixed(1)} s until a request inserted at once ran`);
  return [atMost(90, "from the loss until another operator of KEDA's leads", toLeader, " s")];
}

function slowest(seconds: readonly (readonly number[])[]): number {
  return Math.max(0, ...seconds.flat());
}
