import { deployTwoStacks } from "../existing/deployTwoStacks.ts";
import { leftFinding } from "../leftovers.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: a cluster that others use too. Two stacks use existing installations and leave them unchanged. */
export const cluster: Scenario = {
  claim: "two stacks share an existing registry, KEDA and PostgreSQL, and leave them as they were",
  check: checkTwoNodes,
  async run(context) {
    const findings = await deployTwoStacks(context, await TwoNodes.find(context.cluster));
    return [...findings, await leftFinding(context, "things of the scenario's own left")];
  },
};
