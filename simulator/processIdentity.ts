import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { readProcess } from "../worker/src/command/processTable.ts";

/** A process, distinguished from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's format, with the machine's boot id if the system has one. */
  readonly started: string;
  /** Its PID namespace: of a container, or of the machine. Absent without /proc, and in the files of older versions. */
  readonly namespace?: string;
}

/** The running process with this pid; undefined if there is none, or only a zombie. */
export function getProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const started = process.platform === "linux" ? getLinuxStartTime(pid) : runPs(pid, "lstart");
  return started ? { pid, started, ...OWN_NAMESPACE } : undefined;
}

/** Whether this same process still runs, or may run where it cannot be seen. */
export function isRunning(identity: ProcessIdentity): boolean {
  return isElsewhere(identity) || getProcess(identity.pid)?.started === identity.started;
}

/**
 * Whether the process is in another PID namespace of this machine, as in a container that shares a folder with this process: its pid has
 * no meaning here, so that it cannot be known whether it still runs.
 */
export function isElsewhere({ started, namespace }: ProcessIdentity): boolean {
  const own = OWN_NAMESPACE.namespace;
  return own !== undefined && namespace !== undefined && namespace !== own && started.startsWith(`${readBootId()} `);
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
  return `${readBootId()} ${entry.startTime}`;
}

function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function readOwnNamespace(): Pick<ProcessIdentity, "namespace"> {
  return process.platform === "linux" ? { namespace: readlinkSync("/proc/self/ns/pid") } : {};
}

const OWN_NAMESPACE = readOwnNamespace();

/** The same for every run, whatever its time zone, its language, and the width of its terminal. */
function runPs(pid: number, column: string): string {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { stdout } = spawnSync("ps", ["-ww", "-o", `${column}=`, "-p", String(pid)], { env, encoding: "utf8" });
  return stdout?.trim() ?? "";
}
