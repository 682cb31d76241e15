import { atMost, exactly } from "../../support/limit.ts";
import { JobWatch } from "../jobWatch.ts";
import { leftFinding } from "../leftovers.ts";
import { attempts, clear, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: up, no diff, work, destroy; short enough for every change. */
export const short: Scenario = {
  claim: "the whole lifecycle: up, no change, five requests, destroy",
  async run(context) {
    const { cluster, stack, settings } = context;
    const first = await stack.up(settings);
    const second = await stack.up(settings, "--expect-no-changes");
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, 5, 2);
    await watch.ended(5, 90_000);
    const all = await attempts(cluster);
    const count = watch.count;
    const destroyed = await stack.destroy();
    const left = await leftFinding(context);
    return [
      atMost(180, "for an up", first, " s"),
      atMost(10, "for an up without a change", second, " s"),
      exactly(5, "Jobs", count.created),
      exactly(5, "SUCCESS", all.filter(({ status }) => status === "SUCCESS").length),
      exactly(5, "attempts", all.length),
      atMost(180, "for destroy", destroyed, " s"),
      left,
    ];
  },
};
