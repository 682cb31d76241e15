import { atMost, exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { waitForPolls } from "../polls.ts";
import { clear, countStatus, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: scale to zero. Without requests nothing is started, and the next poll sees the first request. */
export const zero: Scenario = {
  claim: "an empty table starts no Job, and one INSERT starts one at once",
  async run({ cluster, stack, settings, polls }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await waitForPolls(polls, settings);
    const idle = watch.count.created;
    await insert(cluster, 1, 1);
    const inserted = Date.now();
    const seenAt = await until("a Job", () => watch.createdAt[0]);
    await until("SUCCESS", async () => (await countStatus(cluster, "SUCCESS")) === 1);
    return [
      exactly(0, `Jobs in ${polls} polls`, idle),
      atMost(Number(settings.pollingInterval) + 2, "from INSERT to Job", (seenAt - inserted) / 1_000, " s"),
      exactly(1, "Job", watch.count.created),
    ];
  },
};
