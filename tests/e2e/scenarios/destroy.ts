import { atMost, exactly } from "../finding.ts";
import { leftovers } from "../leftovers.ts";
import { clear, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";
import { tenRunning } from "../workers.ts";

/** Lifecycle claim: destroy. With running Jobs it succeeds and leaves nothing behind, and the next up is not hindered. */
export const destroy: Scenario = {
  claim: "destroy with ten Jobs running leaves nothing, and up works again",
  async run({ cluster, stack, settings, before, note }) {
    await stack.up(settings);
    await clear(cluster);
    await insert(cluster, 10, 600);
    await tenRunning(cluster);
    const seconds = await stack.destroy();
    const left = await leftovers(cluster, before);
    const again = await stack.up(settings);
    const last = await stack.destroy();
    const leftAgain = await leftovers(cluster, before);
    for (const name of [...left, ...leftAgain]) note(`left: ${name}`);
    note(`up again: ${again.toFixed(1)} s`);
    return [
      atMost(180, "for a destroy with ten Jobs running", seconds, " s"),
      exactly(0, "things left", left.length),
      atMost(180, "for the next destroy", last, " s"),
      exactly(0, "things left then", leftAgain.length),
    ];
  },
};
