import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Cluster } from "../../simulator/cluster.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";
import type { KillOptions } from "./options.ts";

/** The targets of SIGKILL: a command that outlives its runner keeps writing while another attempt works. */
const TARGETS = ["runner", "command", "both"] as const;

export type CommandKills = Record<(typeof TARGETS)[number], number>;

const REPORT_EVERY = 100;

/**
 * Kills random runners, commands, and both, until the requested number of kills is reached or `signal` aborts.
 *
 * @param addRequests - called when hardly any work is left to kill: a killed command loses only one transaction, so the number of
 *   requests needed for the kills is not known in advance
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

/** Identifies a pod's command. */
export function getMark(podName: string): string {
  return `MARK=${podName}`;
}

/** The marks of all running commands. */
export function readMarks(): ReadonlySet<string> {
  const running = listProcesses().filter(({ ended }) => !ended);
  const variables = running.flatMap(({ pid }) => readProcFile(pid, "environ")?.split("\0") ?? []);
  return new Set(variables.filter((text) => text.startsWith("MARK=")));
}
