import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { commonFindings, loseRepeatedly, operatorFindings, runAgainFinding, upOnFirst } from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. A node without power closes no connection, and stays in the cluster until someone removes it. */
export const lostNode: Scenario = {
  claim: "a node loses its power: its requests run again elsewhere, once, and new ones have their Jobs as before",
  check: checkTwoNodes,
  async run(context) {
    const nodes = await upOnFirst(context);
    const plans = planLosses("lost", context.losses, Number(context.settings.pollingInterval));
    const losses = await loseRepeatedly(context, nodes, plans);
    return [
      runAgainFinding(60, losses),
      ...commonFindings(losses, Number(context.settings.maxReplicaCount)),
      ...(await operatorFindings(context, nodes, "lost")),
    ];
  },
};
