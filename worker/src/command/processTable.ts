import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process as /proc describes it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In ticks since boot; identifies a process uniquely together with its pid. */
  readonly startTime: number;
  /** Its first thread has ended; others may still run. */
  readonly firstThreadEnded: boolean;
  /** All of its threads have ended, but its parent has not reaped it yet. */
  readonly ended: boolean;
}

/** Every process visible to this one; none without /proc (macOS). */
export function listProcesses(): readonly ProcessEntry[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names.flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
}

/** One process; undefined if there is none with that pid. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const stat = readProcFile(pid, "stat");
  if (stat === undefined) return undefined;
  // The second field, the program's name in parentheses, may itself contain spaces and parentheses.
  const [state = "", parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = Number(rest[START_TIME_AFTER_SESSION]);
  // The state is that of the first thread, which may end before the others.
  const firstThreadEnded = state === "Z" || state === "X";
  const ended = firstThreadEnded && Number(rest[THREADS_AFTER_SESSION]) <= 1;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
    firstThreadEnded,
    ended,
  };
}

/** When this process started its newest thread, in ticks since boot; undefined without /proc (macOS). */
export function readNewestThreadStart(): number | undefined {
  const threads = listThreads(process.pid);
  if (threads.length === 0) return undefined;
  return Math.max(...threads.map((thread) => readProcess(thread)?.startTime ?? 0));
}

/** proc(5): `session` is field 6, `num_threads` field 20, `starttime` field 22. */
const THREADS_AFTER_SESSION = 20 - 6 - 1;
const START_TIME_AFTER_SESSION = 22 - 6 - 1;

/** A file of a process; undefined if the process has ended or the file may not be read. */
export function readProcFile(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The path of a process's open file; undefined if there is none or it may not be read. The disk that has the file is not accessed. */
export function readOpenPath(pid: number | "self", descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/** A file that all threads of a process share (`environ`, `cgroup`). */
export function readSharedFile(pid: number, file: string): string | undefined {
  return readShared(pid, (thread) => readProcFile(thread, file));
}

/** The paths of a process's stdout and stderr. */
export function readOutputs(pid: number): readonly string[] {
  const read = (thread: number) => [1, 2].flatMap((descriptor) => readOpenPath(thread, descriptor) ?? []);
  const outputs = read(pid);
  // Few have none; a scan of all processes must be faster than they fork.
  return outputs.length > 0 ? outputs : readShared(pid, read);
}

/**
 * Reads something that all threads of a process share. Once the first thread has ended, the process has no open files, its own files are
 * empty, and its cgroup names no group: then it is read from a thread that runs.
 */
function readShared<Found>(pid: number, read: (thread: number) => Found): Found {
  const found = read(pid);
  // Afterwards, since the thread may end at any time.
  if (!readProcess(pid)?.firstThreadEnded) return found;
  const running = listThreads(pid).find((thread) => readProcess(thread)?.firstThreadEnded === false);
  return running === undefined ? found : read(running);
}

/** The ids of a process's threads, which have files in /proc like processes; none without /proc (macOS). */
function listThreads(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
