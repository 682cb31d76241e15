import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../simulator/cluster.ts";
import type { Pod } from "../../simulator/pod.ts";
import { allowedKills, type Kill, parsePhase } from "./kill.ts";
import type { KillOptions } from "./options.ts";
import type { QueueObserver } from "./queueObserver.ts";

/** Runs take minutes, so their progress is logged. */
const LOG_EVERY = 100;

/** Kills random pods until the requested number is dead, or `signal` aborts because none is left to kill. */
export async function killPods(
  options: KillOptions,
  {
    cluster,
    watch,
    ids,
    signal,
  }: { cluster: Cluster; watch: QueueObserver; ids: readonly string[]; signal: AbortSignal },
): Promise<Kill[]> {
  const kills = new Map<string, Promise<Kill>>();
  while (kills.size < options.kills) {
    await sleep(1_000 * options.killEverySeconds, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const succeeded = await watch.succeeded(ids);
    if (kills.size >= allowedKills(options, succeeded)) continue;
    const at = Date.now();
    const pod = cluster.killRandomPod();
    // The kernel may still be ending a killed one.
    if (!pod || kills.has(pod.name)) continue;
    kills.set(pod.name, observe(pod, at, watch));
    if (kills.size % LOG_EVERY === 0) console.error(`${kills.size} kills, ${succeeded} of ${ids.length} requests done`);
  }
  return await Promise.all(kills.values());
}

async function observe(pod: Pod, at: number, watch: QueueObserver): Promise<Kill> {
  const unlockedAt = await watch.untilUnlocked(pod.name);
  await pod.ended;
  return { podName: pod.name, at, unlockedAfter: unlockedAt - at, phase: parsePhase(pod.outputTail()) };
}
