import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { commonFindings, loseRepeatedly, operatorFindings, runAgainFinding, upOnFirst } from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. The pods of a drained node end gracefully: each worker releases its request before it exits. */
export const drainedNode: Scenario = {
  claim:
    "a node is drained: its requests are interrupted and run again elsewhere, once, and its return changes nothing",
  check: checkTwoNodes,
  async run(context) {
    const nodes = await upOnFirst(context);
    const plans = planLosses("drained", context.losses, Number(context.settings.pollingInterval));
    const losses = await loseRepeatedly(context, nodes, plans);
    return [
      runAgainFinding(60, losses),
      ...commonFindings(losses, Number(context.settings.maxReplicaCount)),
      ...(await operatorFindings(context, nodes, "drained")),
    ];
  },
};
