import { setTimeout as sleep } from "node:timers/promises";
import {
  listProcesses,
  type ProcessEntry,
  readOutputs,
  readProcess,
  readProcFile,
  readSharedFile,
} from "./processTable.ts";

/** How the processes that a command left behind are recognized. */
export interface Leftovers {
  /**
   * The command's pid, which is also the id of its process group and session.
   *
   * @default - unknown: only the mark and the outputs count
   */
  readonly leader?: number;
  /**
   * When the runner started it (or a handler's thread), in ticks since boot.
   *
   * @default - any time
   */
  readonly startTime?: number | undefined;
  /** `NAME=value`, unique to the attempt, in the environment that every descendant inherits. */
  readonly mark: string;
  /**
   * Whether a path, as /proc shows it, is that of the command's stdout or stderr: a program may have no mark (`env -i`, a Perl script that
   * sets `$0`). Must not access the disk, which may hang.
   *
   * @default - no path is
   */
  readonly isOutput?: (path: string) => boolean;
  /**
   * Whether all of this process's own children are among them, too: a child that was given an environment of its own has no mark.
   *
   * @default false
   */
  readonly ownChildren?: boolean;
}

/** Killed processes end within milliseconds; one that does not is stuck in the kernel. */
const TIMEOUT_MS = 2_000;
const KILLED_TIMEOUT_MS = 100;
const PAUSE_MS = 10;

/** On an overloaded machine a round may take as long as the limit, and the next one finds what was forked meanwhile. */
const MIN_ROUNDS = 5;

/**
 * Ends the processes that a command left behind: its process group, processes that left the group but not the session (job
 * control), processes that still have the attempt's mark in their environment or the command's stdout or stderr, this process's own
 * children if they belong to it, the descendants of all these, and, if this runner is its container's first process, every process that
 * was not started from outside (`kubectl exec`). Without privileges no more can be found: elsewhere, also below an init in a container, a
 * daemon that cleared its environment and closed its streams survives, and so does one whose environment and streams the kernel hides
 * (another user's, or of a program that this user may not read).
 *
 * All processes found are stopped before any is killed, so that none forks in between.
 *
 * @param killSignal - aborted when the runner itself must end
 * @returns the processes that still run after 2 s and five rounds, or after 100 ms and one round if the runner must end
 */
export async function endProcesses(leftovers: Leftovers, killSignal: AbortSignal): Promise<readonly number[]> {
  if (leftovers.leader !== undefined) signalGroup(leftovers.leader, "SIGKILL");
  const startedAt = performance.now();
  for (let rounds = 0; ; rounds++) {
    const found = findLeftovers(leftovers);
    const [timeoutMs, minRounds] = killSignal.aborted ? [KILLED_TIMEOUT_MS, 1] : [TIMEOUT_MS, MIN_ROUNDS];
    const isOver = rounds >= minRounds && performance.now() - startedAt > timeoutMs;
    if (found.length === 0 || isOver) return found.map(({ pid }) => pid);
    kill(found);
    await sleep(PAUSE_MS);
  }
}

/** Kills what `endProcesses` would find now, without waiting for its end. */
export function killProcesses(leftovers: Leftovers): void {
  kill(findLeftovers(leftovers));
}

function kill(found: readonly ProcessEntry[]): void {
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const process of found) signalProcess(process, signal);
}

/** Signals every process of a group; returns false if there is none. */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

function signalProcess({ pid, startTime }: ProcessEntry, signal: NodeJS.Signals): void {
  // A pid is reused once its process has been reaped.
  if (readProcess(pid)?.startTime !== startTime) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or belongs to another user.
  }
}

function findLeftovers({
  leader,
  startTime = 0,
  mark,
  isOutput,
  ownChildren = false,
}: Leftovers): readonly ProcessEntry[] {
  const processes = listProcesses();
  const byPid = new Map(processes.map((entry) => [entry.pid, entry]));
  const protectedPids = new Set([process.pid, ...getAncestors(process.pid, byPid)]);
  const candidates = processes.filter(
    ({ pid, ended, startTime: started }) => !ended && started >= startTime && !protectedPids.has(pid),
  );
  const isFirstOfContainer = process.ppid === 0;
  const ownCgroup = isFirstOfContainer ? readProcFile(process.pid, "cgroup") : undefined;
  // In the encoding of readProcFile: the name of a folder need not be ASCII.
  const markBytes = Buffer.from(mark).toString("latin1");
  const marked = new Set<number>();
  for (const entry of candidates) {
    if (
      entry.group === leader ||
      entry.session === leader ||
      (ownChildren && entry.parent === process.pid) ||
      `\0${readSharedFile(entry.pid, "environ") ?? ""}`.includes(`\0${markBytes}\0`) ||
      // In session 0 are kernel threads, and what came from outside of the PID namespace.
      (isOutput !== undefined && entry.session !== 0 && readOutputs(entry.pid).some(isOutput)) ||
      (isFirstOfContainer && isOfContainer(entry, byPid, ownCgroup))
    ) {
      marked.add(entry.pid);
    }
  }
  return candidates.filter(
    ({ pid }) => marked.has(pid) || getAncestors(pid, byPid).some((ancestor) => marked.has(ancestor)),
  );
}

/**
 * Whether a process descends from the container's first process, which is this runner. The ancestors of a process that was started
 * from outside (`kubectl exec`, a probe) end at 0; those of a daemon end at 1: this runner, or the pod's pause process. The pod's
 * other containers, visible with `shareProcessNamespace`, are in other cgroups.
 */
function isOfContainer(
  { pid }: ProcessEntry,
  byPid: ReadonlyMap<number, ProcessEntry>,
  ownCgroup: string | undefined,
): boolean {
  const ancestors = getAncestors(pid, byPid);
  return ownCgroup === readSharedFile(pid, "cgroup") && (ancestors.includes(1) || ancestors.includes(process.pid));
}

/** The parent, its parent, and so on; without 0. */
function getAncestors(pid: number, byPid: ReadonlyMap<number, ProcessEntry>): readonly number[] {
  const ancestors: number[] = [];
  let parent = byPid.get(pid)?.parent ?? 0;
  while (parent !== 0 && !ancestors.includes(parent)) {
    ancestors.push(parent);
    parent = byPid.get(parent)?.parent ?? 0;
  }
  return ancestors;
}
