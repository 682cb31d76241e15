import { countAttempts } from "../chaos/attemptTotals.ts";
import { startDatabasePod } from "../existing/databasePod.ts";
import { createExistingContext } from "../existing/existingContext.ts";
import { atMost, exactly, type Finding } from "../finding.ts";
import { leftovers } from "../leftovers.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import type { FaultKind } from "../nodes/faultCommands.ts";
import { type DatabaseLoss, loseDatabase } from "../nodes/loseDatabase.ts";
import { sameAttempt } from "../nodes/loss.ts";
import { moveOperator } from "../nodes/operator.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";

/** A drained node's pods are deleted, and with them what only this node had. */
const KINDS: readonly FaultKind[] = ["frozen", "cut-off", "kubelet-stopped", "lost"];

/** Lifecycle claim: faults. The node that has an existing database fails, and comes back with its data. */
export const databaseNode: Scenario = {
  claim: "the node with the database fails and returns: nothing that had ended changes, and each request succeeds once",
  check: checkTwoNodes,
  async run(context) {
    const findings = await loseEachWay(context);
    const left = await leftovers(context.cluster, context.before);
    for (const name of left) context.note(`left: ${name}`);
    return [...findings, exactly(0, "things of the scenario's own left", left.length)];
  },
};

async function loseEachWay(context: ScenarioContext): Promise<Finding[]> {
  const { cluster: whole, note } = context;
  const start = (nodes: TwoNodes) => startDatabasePod(whole, nodes.second.name);
  await using given = await createExistingContext(whole, context, start);
  const { cluster, stack, settings } = given;
  const nodes = await TwoNodes.find(cluster);
  const findings: Finding[] = [];
  try {
    await nodes.onlyOn(nodes.first, () => stack.up(settings));
    await moveOperator(cluster, nodes, nodes.first);
    for (const kind of KINDS) findings.push(...toFindings(await loseDatabase(cluster, nodes, kind), note));
  } finally {
    await stack.destroy();
    await stack.remove();
  }
  return findings;
}

function toFindings(loss: DatabaseLoss, note: ScenarioContext["note"]): Finding[] {
  const { kind, before, attempts, requests, awaySeconds, toRunAgain, toFirstAttempt } = loss;
  const totals = countAttempts(attempts);
  const ended = before.filter(({ status }) => status !== "RUNNING");
  const kept = ended.filter((one) => JSON.stringify(sameAttempt(one, attempts)) === JSON.stringify(one));
  const { crashed, interrupted, error } = totals;
  note(
    `${kind}: the database was away for ${awaySeconds.toFixed(1)} s; ${crashed} crashed, ${interrupted} interrupted`,
  );
  return [
    exactly(requests, `${kind}: requests SUCCESS`, totals.succeeded),
    exactly(0, "SUCCESS twice", totals.twice),
    exactly(0, "attempts at the same time as another of their request", totals.overlapping),
    exactly(0, "error", error),
    exactly(ended.length, "attempts kept that had ended before", kept.length),
    atMost(120, "from the database's return until all run again or have succeeded", toRunAgain, " s"),
    atMost(120, "from a later request's insert to its first attempt", toFirstAttempt, " s"),
  ];
}
