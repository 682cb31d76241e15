import type { Limit } from "../../support/limit.ts";
import { startDatabasePod } from "../existing/databasePod.ts";
import { createExistingContext } from "../existing/existingContext.ts";
import { leftFinding } from "../leftovers.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { databaseFindings, describeDatabaseLoss } from "../nodes/databaseFindings.ts";
import type { FaultKind } from "../nodes/faultCommands.ts";
import { loseDatabase } from "../nodes/loseDatabase.ts";
import { moveOperator } from "../nodes/operator.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";

/** A drained node's pods are deleted, and with them what only this node had. */
const KINDS: readonly FaultKind[] = ["frozen", "cut-off", "kubelet-stopped", "lost"];

/** Lifecycle claim: faults. The node that has an existing database fails, and returns with its data. */
export const databaseNode: Scenario = {
  claim: "the node with the database fails and returns: nothing that had ended changes, and each request succeeds once",
  check: checkTwoNodes,
  async run(context) {
    const findings = await loseDatabaseEachWay(context);
    return [...findings, await leftFinding(context, "things of the scenario's own left")];
  },
};

async function loseDatabaseEachWay(context: ScenarioContext): Promise<Limit[]> {
  const { cluster: whole, note } = context;
  const start = (nodes: TwoNodes) => startDatabasePod(whole, nodes.second.name);
  await using given = await createExistingContext(whole, context, start);
  const { cluster, stack, settings } = given;
  const nodes = await TwoNodes.find(cluster);
  const findings: Limit[] = [];
  try {
    await nodes.onlyOn(nodes.first, async () => {
      await nodes.moveDns(nodes.first);
      await stack.up(settings);
    });
    await moveOperator(cluster, nodes, nodes.first);
    for (const kind of KINDS) {
      const loss = await loseDatabase(cluster, nodes, kind);
      findings.push(...databaseFindings(loss));
      note(describeDatabaseLoss(loss));
    }
  } finally {
    await stack.destroy();
    await stack.remove();
  }
  return findings;
}
