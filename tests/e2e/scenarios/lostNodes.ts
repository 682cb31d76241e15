import type { Limit } from "../../support/limit.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import type { FaultKind } from "../nodes/faultCommands.ts";
import type { Loss } from "../nodes/loss.ts";
import {
  commonFindings,
  deployOnFirstNode,
  loseRepeatedly,
  operatorFindings,
  runAgainFinding,
  takeOverFinding,
} from "../nodes/nodeScenario.ts";
import { planLosses } from "../nodes/planLosses.ts";
import type { Scenario } from "../scenario.ts";

const runAgain = (losses: readonly Loss[]) => runAgainFinding(60, losses);
const takenOver = (losses: readonly Loss[]) => takeOverFinding(15, losses);

/** Lifecycle claims: faults of the node on which requests run. */
function nodeFault(kind: FaultKind, claim: string, inTime: (losses: readonly Loss[]) => Limit): Scenario {
  // Only with this fault do the node's workers continue until Kubernetes has given up on the node; so would KEDA's operator.
  const continues = kind === "kubelet-stopped";
  return {
    claim,
    check: checkTwoNodes,
    async run(context) {
      const { losses: count, settings } = context;
      const nodes = await deployOnFirstNode(context);
      const plans = planLosses(kind, count, Number(settings.pollingInterval), continues);
      const losses = await loseRepeatedly(context, nodes, plans);
      const findings = [inTime(losses), ...commonFindings(losses, Number(settings.maxReplicaCount))];
      return continues ? findings : [...findings, ...(await operatorFindings(context, nodes, kind))];
    },
  };
}

/** A node without power closes no connection, and stays in the cluster until someone removes it. */
export const lostNode = nodeFault(
  "lost",
  "a node loses its power: its requests run again elsewhere, once, and new ones have their Jobs as before",
  runAgain,
);

/** A node that is cut off continues to work, and returns with workers that have lost their requests. */
export const cutOffNode = nodeFault(
  "cut-off",
  "a node is cut off: its requests run again elsewhere, once, and its return changes nothing",
  runAgain,
);

/** A frozen node's kernel answers for its processes: no connection breaks, and only Kubernetes notices. */
export const frozenNode = nodeFault(
  "frozen",
  "a node freezes: a Job's replacement pod takes its request over, and the node's return changes nothing",
  takenOver,
);

/** Workers continue and succeed; only those that Kubernetes has replaced meanwhile are fenced. */
export const kubeletStopped = nodeFault(
  "kubelet-stopped",
  "a node's kubelet stops: what it runs succeeds, or is taken over by the Job's replacement pod, but never both",
  takenOver,
);

/** The pods of a drained node end gracefully: each worker releases its request before it exits. */
export const drainedNode = nodeFault(
  "drained",
  "a node is drained: its requests are interrupted and run again elsewhere, once, and its return changes nothing",
  runAgain,
);
