import { atMost, exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { waitForPolls } from "../polls.ts";
import { attempts, clear, insert, isIdle } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const REQUESTS = 10_000;
const REQUESTS_PER_JOB = 50;
/** As many pods as two cores can run. */
const AT_ONCE = 20;
const IDEAL_SECONDS = REQUESTS / AT_ONCE;

/** Many short requests. The limit is docs/scale.md's calculation: the work, and the start of each of a slot's ten Jobs. */
export const scale: Scenario = {
  claim: `${REQUESTS} requests of 1 s, ${REQUESTS_PER_JOB} a Job, ${AT_ONCE} Jobs at once: each runs once`,
  async run({ cluster, stack, settings, note }) {
    const own = { ...settings, pollingInterval: "5" };
    await stack.up({ ...own, requestsPerJob: String(REQUESTS_PER_JOB), maxReplicaCount: String(AT_ONCE) });
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, REQUESTS, 1);
    const began = performance.now();
    await until("no unfinished request", () => isIdle(cluster), { timeoutMs: 1_800_000, intervalMs: 2_000 });
    const seconds = (performance.now() - began) / 1_000;
    await waitForPolls(2, own);
    const all = await attempts(cluster);
    const succeeded = all.filter(({ status }) => status === "SUCCESS");
    const idle = watch.count.created - new Set(all.map(({ job_name }) => job_name)).size;
    const [first = 0, last = 0] = [watch.createdAt[0], watch.createdAt[AT_ONCE - 1]];
    note(`${(REQUESTS / seconds).toFixed(1)} requests a second`);
    note(`the first ${AT_ONCE} Jobs created within ${((last - first) / 1_000).toFixed(2)} s`);
    return [
      exactly(REQUESTS, "requests SUCCESS", new Set(succeeded.map(({ id }) => id)).size),
      exactly(REQUESTS, "attempts", all.length),
      atMost(REQUESTS / REQUESTS_PER_JOB + AT_ONCE, "Jobs", watch.count.created),
      atMost(AT_ONCE, "at once", watch.count.peak),
      atMost(AT_ONCE, "idle", idle),
      atMost(1.5, "times the work alone", seconds / IDEAL_SECONDS),
    ];
  },
};
