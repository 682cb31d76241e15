import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readProcess } from "../worker/src/command/processTable.ts";

/** A process, distinguished from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's format, with the machine's boot id if the system has one. */
  readonly started: string;
}

/** The running process with this pid; undefined if there is none, or only a zombie. */
export function getProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const started = process.platform === "linux" ? getLinuxStartTime(pid) : runPs(pid, "lstart");
  return started ? { pid, started } : undefined;
}

/** Whether this same process still runs. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return getProcess(pid)?.started === started;
}

/** The words of a process's command line; none when it has ended. */
export function getCommandLine(pid: number): string[] {
  if (process.platform !== "linux") return [runPs(pid, "command")];
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function getLinuxStartTime(pid: number): string | undefined {
  const entry = readProcess(pid);
  if (entry === undefined || entry.ended) return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${entry.startTime}`;
}

/** The same for every run, whatever its time zone, its language, and the width of its terminal. */
function runPs(pid: number, column: string): string {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { stdout } = spawnSync("ps", ["-ww", "-o", `${column}=`, "-p", String(pid)], { env, encoding: "utf8" });
  return stdout?.trim() ?? "";
}
