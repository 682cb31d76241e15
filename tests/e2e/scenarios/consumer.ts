import { checkLanguageHosts } from "../existing/checkLanguageHosts.ts";
import { useAsPackage } from "../existing/consumer.ts";
import { leftFinding } from "../leftovers.ts";
import { checkTwoNodes } from "../nodes/checkTwoNodes.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: users' programs, which take the components from npm and from a checkout. */
export const consumer: Scenario = {
  claim: "programs in TypeScript, Python and YAML deploy a batch, on an existing KEDA and PostgreSQL",
  check: async (cluster) => {
    checkLanguageHosts(process.env.PATH);
    await checkTwoNodes(cluster);
  },
  async run(context) {
    const { second } = await TwoNodes.find(context.cluster);
    const findings = await useAsPackage(context, second.network);
    return [...findings, await leftFinding(context, "things of the scenario's own left")];
  },
};
