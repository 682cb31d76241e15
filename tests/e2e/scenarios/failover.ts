import { failOver } from "../existing/failOver.ts";
import { leftFinding } from "../leftovers.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: faults. A replica replaces the server, under the server's name. */
export const failover: Scenario = {
  claim: "a server outside of the cluster fails over to its synchronous replica: nothing is lost, nothing runs twice",
  check: checkTwoNodes,
  async run(context) {
    const { second } = await TwoNodes.find(context.cluster);
    const findings = await failOver(context, second.network);
    return [...findings, await leftFinding(context, "things of the scenario's own left")];
  },
};
