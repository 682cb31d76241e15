import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process, distinguished from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's format, with the machine's boot id if the system has one. */
  readonly started: string;
}

/** The running process with this pid; undefined if there is none, or only a zombie. */
export function getProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const started = process.platform === "linux" ? getLinuxStart(pid) : runPs(pid, "lstart");
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

/** From proc(5): the state is the first field after the name, which is in brackets; the start time the twentieth. */
function getLinuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function runPs(pid: number, column: string): string {
  return spawnSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
}
