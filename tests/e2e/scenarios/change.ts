import { atMost, exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { maxIntervalDeviation } from "../maxIntervalDeviation.ts";
import { attempts, clear, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";
import { tenRunning, workers } from "../workers.ts";

/** Different enough from the previous one for the gaps between Jobs to show which is in effect. */
const NEW_POLLING_INTERVAL = 9;
const REQUESTS = 14;
/** The first shows when KEDA polls; the others give three gaps. */
const MORE = 4;
const ALL = REQUESTS + MORE;

/**
 * No request ends before the last Job is created, even after a change of 30 s: until its Job has ended as well, that Job would be
 * counted for a new request, which would then wait for a second poll.
 */
const SECONDS = { first: 75, more: 35 } as const;

/** Lifecycle claim: update. Settings reach the next poll, and no running pod. */
export const change: Scenario = {
  claim: "new pollingInterval and maxReplicaCount kill no pod, and the next polls use them",
  async run({ cluster, stack, settings }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, REQUESTS, SECONDS.first);
    const before = await tenRunning(cluster);
    const seconds = await stack.up({
      ...settings,
      pollingInterval: String(NEW_POLLING_INTERVAL),
      maxReplicaCount: String(ALL),
    });
    const created = async (jobs: number) =>
      await until(`${jobs} Jobs by the next poll`, () => watch.count.created === jobs, {
        timeoutMs: (NEW_POLLING_INTERVAL + 2) * 1_000,
        intervalMs: 100,
      });
    await created(REQUESTS);
    const { peak } = watch.count;
    for (let jobs = REQUESTS + 1; jobs <= ALL; jobs++) {
      await insert(cluster, 1, SECONDS.more);
      await created(jobs);
    }
    const off = maxIntervalDeviation(NEW_POLLING_INTERVAL, watch.createdAt.slice(-MORE));
    await watch.ended(ALL, 240_000);
    const after = new Map((await workers(cluster)).map(({ metadata, status }) => [metadata.uid, status.phase]));
    const all = await attempts(cluster);
    return [
      exactly(10, "pods ran on", before.filter((uid) => after.get(uid) === "Succeeded").length),
      exactly(ALL, "pods in all", after.size),
      exactly(REQUESTS, "Jobs at once", peak),
      atMost(1.5, `off ${NEW_POLLING_INTERVAL} s in the ${MORE - 1} gaps between further Jobs`, off, " s"),
      exactly(ALL, "attempts SUCCESS", all.filter(({ status }) => status === "SUCCESS").length),
      exactly(ALL, "attempts", all.length),
      atMost(30, "for the change", seconds, " s"),
    ];
  },
};
