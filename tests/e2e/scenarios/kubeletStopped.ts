import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { commonFindings, loseRepeatedly, takeOverFinding, upOnFirst } from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. Workers continue and succeed; only those that Kubernetes has replaced meanwhile are fenced. */
export const kubeletStopped: Scenario = {
  claim: "a node's kubelet stops: what it runs succeeds, or is taken over by the Job's replacement pod, but never both",
  check: checkTwoNodes,
  async run(context) {
    const nodes = await upOnFirst(context);
    const plans = planLosses("kubelet-stopped", context.losses, Number(context.settings.pollingInterval), true);
    const losses = await loseRepeatedly(context, nodes, plans);
    return [takeOverFinding(15, losses), ...commonFindings(losses, Number(context.settings.maxReplicaCount))];
  },
};
