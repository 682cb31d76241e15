import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { commonFindings, loseRepeatedly, operatorFindings, runAgainFinding, upOnFirst } from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. A node that is cut off continues to work, and returns with workers that have lost their requests. */
export const cutOffNode: Scenario = {
  claim: "a node is cut off: its requests run again elsewhere, once, and its return changes nothing",
  check: checkTwoNodes,
  async run(context) {
    const nodes = await upOnFirst(context);
    const plans = planLosses("cut-off", context.losses, Number(context.settings.pollingInterval));
    const losses = await loseRepeatedly(context, nodes, plans);
    return [
      runAgainFinding(60, losses),
      ...commonFindings(losses, Number(context.settings.maxReplicaCount)),
      ...(await operatorFindings(context, nodes, "cut-off")),
    ];
  },
};
