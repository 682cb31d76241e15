import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { commonFindings, loseRepeatedly, operatorFindings, takeOverFinding, upOnFirst } from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. A frozen node's kernel answers for its processes: no connection breaks, and only Kubernetes notices. */
export const frozenNode: Scenario = {
  claim: "a node freezes: a Job's replacement pod takes its request over, and the node's return changes nothing",
  check: checkTwoNodes,
  async run(context) {
    const nodes = await upOnFirst(context);
    const plans = planLosses("frozen", context.losses, Number(context.settings.pollingInterval));
    const losses = await loseRepeatedly(context, nodes, plans);
    return [
      takeOverFinding(15, losses),
      ...commonFindings(losses, Number(context.settings.maxReplicaCount)),
      ...(await operatorFindings(context, nodes, "frozen")),
    ];
  },
};
