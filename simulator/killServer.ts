import { setTimeout as sleep } from "node:timers/promises";
import { listProcesses, type ProcessEntry, readProcess } from "../worker/src/command/processTable.ts";

/** How long processes may take to end after SIGKILL: a disk that does not answer keeps them. */
const END_MS = 5_000;

/**
 * Kills a PostgreSQL server by its main process, and then its other ones: they end by themselves when they notice its death, unless they
 * are stopped. Resolves when these have ended.
 *
 * @param kill - kills the main process
 */
export async function killServer(pid: number | undefined, kill: () => Promise<void> | void): Promise<void> {
  // Afterwards they have another parent.
  const children = listProcesses().filter(({ parent, ended }) => parent === pid && !ended);
  await kill();
  for (const child of children) killProcess(child);
  const until = performance.now() + END_MS;
  while (children.some(isRunning) && performance.now() < until) await sleep(20);
}

function killProcess(child: ProcessEntry): void {
  try {
    if (isRunning(child)) process.kill(child.pid, "SIGKILL");
  } catch {
    // It has ended in this moment.
  }
}

function isRunning({ pid, startTime }: ProcessEntry): boolean {
  const found = readProcess(pid);
  return found !== undefined && !found.ended && found.startTime === startTime;
}
