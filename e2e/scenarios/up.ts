import { atMost, type Finding } from "../finding.ts";
import { helmSeconds } from "../helm.ts";
import { leftovers } from "../leftovers.ts";
import { isThere } from "../run.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: first up. Everything that is not a chart (image, schema, ScaledJob) fits beside the charts. */
export const up: Scenario = {
  claim: "a first pulumi up takes little more than helm needs for the two charts",
  async run(bed) {
    const { stack, settings, cluster, before, note } = bed;
    if ((await stack.resources()).length > 1) await stack.destroy();
    stack.configure(settings);
    const findings: Finding[] = [];
    const helm = (await isThere("helm", "version")) ? await helmSeconds(stack, cluster) : undefined;
    if (helm === undefined) note("helm is not on PATH: nothing to compare with");
    const left = await leftovers(cluster, before);
    if (left.length > 0) throw new Error(`helm left ${left.join(", ")}`);
    const seconds = await stack.up(settings);
    if (helm !== undefined) {
      note(`helm alone, same charts and values, started together: ${helm.toFixed(1)} s`);
      findings.push(atMost(1.3, "times helm alone", seconds / helm));
    }
    return [atMost(180, "for a first up", seconds, " s"), ...findings];
  },
};
