import { until } from "../../testing/until.ts";
import { atMost, exactly } from "../finding.ts";
import { JobWatch } from "../jobWatch.ts";
import { attempts, clear, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";
import { tenRunning, workers } from "../workers.ts";

const NEW_POLLING_INTERVAL = 6;

/** Lifecycle claim: update. Settings reach the next poll, and no pod that works. */
export const change: Scenario = {
  claim: "new pollingInterval and maxReplicaCount kill no pod, and the next poll obeys",
  async run({ cluster, stack, settings }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, 14, 60);
    const before = await tenRunning(cluster);
    const seconds = await stack.up({
      ...settings,
      pollingInterval: String(NEW_POLLING_INTERVAL),
      maxReplicaCount: "14",
    });
    const changed = performance.now();
    await until("14 Jobs", () => watch.count.created === 14, { lookMs: 100 });
    const obeyed = (performance.now() - changed) / 1_000;
    await watch.ended(14, 240_000);
    const after = new Map((await workers(cluster)).map((its) => [its.metadata.uid, its.status.phase]));
    const all = await attempts(cluster);
    return [
      exactly(10, "pods ran on", before.filter((uid) => after.get(uid) === "Succeeded").length),
      exactly(14, "pods in all", after.size),
      exactly(14, "Jobs at once", watch.count.peak),
      atMost(NEW_POLLING_INTERVAL + 2, "until the poll that obeyed", obeyed, " s"),
      exactly(14, "attempts SUCCESS", all.filter((its) => its.status === "SUCCESS").length),
      exactly(14, "attempts", all.length),
      atMost(30, "for the change", seconds, " s"),
    ];
  },
};
