import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Cluster } from "../../simulator/cluster.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";
import { allowedKills } from "./kill.ts";
import type { KillOptions } from "./options.ts";

/** Who gets SIGKILL: a command that outlives its runner goes on writing while another attempt works. */
export const TARGETS = ["runner", "command", "both"] as const;

export type CommandKills = Record<(typeof TARGETS)[number], number>;

const REPORT_EVERY = 100;

/** Kills random runners, commands, and both, until as many as asked for are dead, or `signal` aborts. */
export async function killCommands(
  options: KillOptions,
  { cluster, client, signal }: { cluster: Cluster; client: pg.Client; signal: AbortSignal },
): Promise<CommandKills> {
  const kills: CommandKills = { runner: 0, command: 0, both: 0 };
  const killed = new Set<string>();
  while (killed.size < options.kills) {
    await sleep(1_000 * options.killEverySeconds, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::integer from batch.history where kind = 'page' and status = 'SUCCESS'",
    );
    if (killed.size >= allowedKills(options, rows[0]?.count ?? 0)) continue;
    const atWork = cluster.pods.filter(({ name }) => !killed.has(name) && isMarked(getMark(name)));
    const pod = atWork[Math.floor(Math.random() * atWork.length)];
    const target = TARGETS[Math.floor(Math.random() * TARGETS.length)];
    if (!pod || !target) continue;
    killed.add(pod.name);
    kills[target]++;
    if (target !== "command") pod.kill("SIGKILL");
    if (target !== "runner") await endProcesses({ mark: getMark(pod.name) }, AbortSignal.abort());
    if (killed.size % REPORT_EVERY === 0) console.error(`${killed.size} kills, ${rows[0]?.count} requests done`);
  }
  return kills;
}

/** What a pod's command is recognised by. */
export function getMark(podName: string): string {
  return `MARK=${podName}`;
}

/** Whether a command with the mark runs. */
export function isMarked(mark: string): boolean {
  return listProcesses().some(
    ({ pid, ended }) => !ended && `\0${readProcFile(pid, "environ") ?? ""}`.includes(`\0${mark}\0`),
  );
}
