import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Cluster } from "../../simulator/cluster.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";
import type { KillOptions } from "./options.ts";

/** What gets SIGKILL: a command that outlives its runner keeps writing while another attempt works. */
export const TARGETS = ["runner", "command", "both"] as const;

export type CommandKills = Record<(typeof TARGETS)[number], number>;

const REPORT_EVERY = 100;

/**
 * Kills random runners, commands, and both, until as many as asked for are dead, or `signal` aborts.
 *
 * @param addRequests - called when there is hardly any work left to kill: a killed command loses one transaction only, so how many
 *   requests so many kills need is not known before
 */
export async function killCommands(
  options: KillOptions,
  { cluster, client, signal }: { cluster: Cluster; client: pg.Client; signal: AbortSignal },
  addRequests: () => Promise<unknown>,
): Promise<CommandKills> {
  const kills: CommandKills = { runner: 0, command: 0, both: 0 };
  const killed = new Set<string>();
  while (killed.size < options.kills) {
    await sleep(1_000 * options.killEverySeconds, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const { rows } = await client.query<{ left: number }>(
      "select count(*)::integer as left from batch.queue where kind = 'page'",
    );
    if ((rows[0]?.left ?? 0) < 2 * options.workers) await addRequests();
    const marks = readMarks();
    const atWork = cluster.pods.filter(({ name }) => !killed.has(name) && marks.has(getMark(name)));
    const pod = atWork[Math.floor(Math.random() * atWork.length)];
    const target = TARGETS[Math.floor(Math.random() * TARGETS.length)];
    if (!pod || !target) continue;
    killed.add(pod.name);
    kills[target]++;
    if (target !== "command") pod.kill("SIGKILL");
    if (target !== "runner") await endProcesses({ mark: getMark(pod.name) }, AbortSignal.abort());
    if (killed.size % REPORT_EVERY === 0) console.error(`${killed.size} kills`);
  }
  return kills;
}

/** What a pod's command is recognised by. */
export function getMark(podName: string): string {
  return `MARK=${podName}`;
}

/** The marks of all commands that run. */
export function readMarks(): ReadonlySet<string> {
  const running = listProcesses().filter(({ ended }) => !ended);
  return new Set(
    running.flatMap(
      ({ pid }) =>
        readProcFile(pid, "environ")
          ?.split("\0")
          .find((text) => text.startsWith("MARK=")) ?? [],
    ),
  );
}
