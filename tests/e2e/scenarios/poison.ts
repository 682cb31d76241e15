import { exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { waitForPolls } from "../polls.ts";
import { attempts, clear, countStatus, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const POLLS = 4;

/** Lifecycle claim: dead letters. A request that cannot succeed ends, together with its Job, and then costs nothing. */
export const poison: Scenario = {
  claim: "a request that fails at every attempt is DEAD, its Job is Failed, and no other Job is created for it",
  async run({ cluster, stack, settings }) {
    await stack.up({ ...settings, backoffLimit: "1" });
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, 1, 1, 99);
    await watch.ended(1, 120_000);
    await until("DEAD", async () => (await countStatus(cluster, "DEAD")) === 1);
    await waitForPolls(POLLS, settings);
    return [
      exactly(1, "request DEAD", await countStatus(cluster, "DEAD")),
      exactly(2, "attempts", (await attempts(cluster)).length),
      exactly(1, "Job Failed", watch.count.failed),
      exactly(0, `Jobs in the ${POLLS} polls after`, watch.count.created - 1),
    ];
  },
};
