import { atMost, exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { attempts, clear, countStatus, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const REQUESTS = 5;
const SECONDS = 25;

/** Lifecycle claim: faults. While the database is unavailable nothing is lost; once it is back, free slots are filled at once. */
export const restart: Scenario = {
  claim: "PostgreSQL restarts: running requests are not interrupted, and new ones have Jobs within two polls",
  async run({ cluster, stack, settings, note }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, REQUESTS, SECONDS);
    const running = async () => (await countStatus(cluster, "RUNNING")) === REQUESTS;
    await until("all RUNNING", running, { timeoutMs: 90_000, intervalMs: 500 });
    const away = performance.now();
    await cluster.restartServer();
    const back = performance.now();
    await insert(cluster, REQUESTS, SECONDS);
    await until("the new requests' Jobs", () => watch.count.created === 2 * REQUESTS, { timeoutMs: 90_000 });
    const toJobs = (performance.now() - back) / 1_000;
    await watch.ended(2 * REQUESTS, 240_000);
    const all = await attempts(cluster);
    note(`the server was unavailable for ${((back - away) / 1_000).toFixed(1)} s`);
    return [
      atMost(2 * Number(settings.pollingInterval), "from the return to the Jobs", toJobs, " s"),
      exactly(2 * REQUESTS, "Jobs", watch.count.created),
      exactly(2 * REQUESTS, "Complete", watch.count.complete),
      exactly(2 * REQUESTS, "attempts SUCCESS", all.filter(({ status }) => status === "SUCCESS").length),
      exactly(2 * REQUESTS, "attempts", all.length),
    ];
  },
};
