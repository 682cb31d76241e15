import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { leftFinding } from "../leftovers.ts";
import { clear, countStatus, insert, isIdle } from "../requests.ts";
import type { Scenario } from "../scenario.ts";
import { tenRunning } from "../workers.ts";

const RUNNING = 10;

/** Lifecycle claim: destroy. With working Jobs it ends and leaves nothing that would prevent the next up. */
export const destroy: Scenario = {
  claim: "destroy with ten running Jobs leaves nothing, and up works again",
  async run(context) {
    const { cluster, stack, settings, note } = context;
    await stack.up(settings);
    await clear(cluster);
    await insert(cluster, RUNNING, 600);
    await tenRunning(cluster);
    const seconds = await stack.destroy();
    const left = await leftFinding(context);
    // Read at the next claim.
    if (cluster.server.outlivesStack) await cluster.psql("update make_it_clap set duration_seconds = 1");
    const again = await stack.up(settings);
    const kept = cluster.server.outlivesStack ? [await keptRequests(cluster)] : [];
    const last = await stack.destroy();
    const leftAgain = await leftFinding(context, "things left then");
    note(`up again: ${again.toFixed(1)} s`);
    return [
      atMost(180, "for a destroy with ten Jobs running", seconds, " s"),
      left,
      ...kept,
      atMost(180, "for the next destroy", last, " s"),
      leftAgain,
    ];
  },
};

/** What ran when the stack was destroyed is in the database, and runs when the next one is up. */
async function keptRequests(cluster: Cluster): Promise<Limit> {
  await until("no unfinished request", () => isIdle(cluster), { timeoutMs: 300_000, intervalMs: 1_000 });
  return exactly(
    RUNNING,
    "requests that it interrupted SUCCESS after the next up",
    await countStatus(cluster, "SUCCESS"),
  );
}
