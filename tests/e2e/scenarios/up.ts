import { getOutput } from "../../../cli/getOutput.ts";
import { UsageError } from "../../../cli/usageError.ts";
import { atMost } from "../../support/limit.ts";
import { helmSeconds, readReleases, withOwnProbes } from "../helm.ts";
import { leftovers } from "../leftovers.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";

/** Lifecycle claim: first up. Everything that is not a chart (image, schema, ScaledJob) is done while the charts are installed. */
export const up: Scenario = {
  claim: "a first pulumi up takes little more than helm needs for the two charts",
  async run(context) {
    const { stack, settings } = context;
    if ((await stack.resources()).length > 1) await stack.destroy();
    stack.configure(settings);
    const helm = await measureHelm(context);
    const seconds = await stack.up(settings);
    return [atMost(180, "for a first up", seconds, " s"), atMost(1.3, "times helm alone", seconds / helm)];
  },
};

/** Seconds that helm needs for the unchanged charts, except for image sources; NaN, which misses the limit, without helm. */
async function measureHelm({ stack, cluster, before, note }: ScenarioContext): Promise<number> {
  try {
    await getOutput("helm", ["version"]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(error.message);
    return Number.NaN;
  }
  const releases = await readReleases(stack);
  const same = await helmSeconds(releases, cluster);
  const own = await helmSeconds(releases.map(withOwnProbes), cluster);
  note(`helm alone, both charts started together: ${own.toFixed(1)} s; with the program's probes ${same.toFixed(1)} s`);
  const left = await leftovers(cluster, before);
  if (left.length > 0) throw new Error(`helm left ${left.join(", ")}`);
  return own;
}
