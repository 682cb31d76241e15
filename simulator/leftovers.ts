import { lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { readFile, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listProcesses, readSharedFile } from "../worker/src/command/processTable.ts";
import { removeFolder } from "../worker/src/command/removeFolder.ts";
import { killServer } from "./killServer.ts";
import { getCommandLine, getProcess, isRunning } from "./processIdentity.ts";
import { getSocketParents, type RunMarker, readMarker, TEMP_NAME } from "./tempDirectory.ts";

/** How long a process may take to end after each signal. */
const END_MS = 20_000;

/** A directory without a marker belongs to a run that is still creating it, unless it is older than this. */
const MIN_AGE_MS = 60_000;

/**
 * Ends and removes what killed runs (SIGKILL, out of memory) have left: their servers, pods, and temporary directories. A kept
 * database stays.
 *
 * Reads only this user's directories, and ends only processes recognized as a dead run's.
 *
 * @returns a line for each such run
 */
export async function removeLeftovers(): Promise<string[]> {
  const lines: string[] = [];
  for (const parent of new Set([resolve(tmpdir()), ...getSocketParents()])) {
    for (const path of findTempDirectories(parent)) {
      const marker = readMarker(path);
      if (marker === undefined) await removeUnmarked(path);
      else if (!isRunning(marker.run)) lines.push(await removeRun(path, marker));
    }
  }
  return lines;
}

/** Stops the server that a dead run left on a data directory; resolves with its pid. */
export async function stopAbandonedServer(data: string): Promise<number | undefined> {
  const pid = await findServer(data);
  if (pid === undefined) return undefined;
  const server = getProcess(pid);
  await end(pid, ["SIGINT", "SIGQUIT"]);
  if (server !== undefined && isRunning(server)) await killServer(pid, () => end(pid, ["SIGKILL"]));
  return pid;
}

/**
 * The pid of the server that runs on a data directory; undefined if there is none, or if that is unknown. Removes a `postmaster.pid`
 * whose pid now belongs to another process: PostgreSQL would mistake that process for a server.
 */
export async function findServer(data: string): Promise<number | undefined> {
  const file = join(data, "postmaster.pid");
  const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
  if (getProcess(pid) === undefined) return undefined;
  const found = isPostgresOn(pid, data);
  if (found) return pid;
  if (found === false) await rm(file, { force: true });
  return undefined;
}

function findTempDirectories(parent: string): string[] {
  try {
    const paths = readdirSync(parent)
      .filter((name) => TEMP_NAME.test(name))
      .map((name) => join(parent, name));
    return paths.filter((path) => {
      // Another run may have removed it.
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found?.isDirectory() && found.uid === process.getuid?.();
    });
  } catch {
    return [];
  }
}

/** Removes a directory without a marker if it is empty. */
async function removeUnmarked(path: string): Promise<void> {
  try {
    if (Date.now() - lstatSync(path).mtimeMs > MIN_AGE_MS) await rmdir(path);
  } catch {
    // It is not empty, or its run has removed it.
  }
}

async function removeRun(path: string, marker: RunMarker): Promise<string> {
  const { run, socket, data } = marker;
  const ended = await endRun(path, marker);
  if (dirname(data) !== path) await rm(`${data}.new`, { recursive: true, force: true });
  for (const directory of new Set([socket, path])) {
    if (!TEMP_NAME.test(basename(directory))) continue;
    try {
      await removeFolder(directory);
    } catch (error) {
      const { message } = error as Error;
      return `Cannot remove what a killed run (process ${run.pid}) left: ${message}. Remove ${directory} as the owner of its files`;
    }
  }
  return `Removed what a killed run (process ${run.pid}) left: ${[...ended, path].join(", ")}`;
}

/** Ends the processes of a run; returns what they were. */
async function endRun(path: string, { socket, data }: RunMarker): Promise<string[]> {
  const initdbs = findProcesses(
    ([program = "", ...args]) => basename(program) === "initdb" && args.includes(`--pgdata=${data}.new`),
  );
  await endAll(initdbs, ["SIGTERM", "SIGKILL"]);
  const pods = findProcesses(
    ([, script = ""], pid) =>
      /\bworker\/src\/main\.ts$/.test(script) &&
      hasVariable(pid, (text) => text === `PG_HOST=${socket}` || text.startsWith(`COMMAND_DIRECTORY=${path}/`)),
  );
  await endAll(pods, ["SIGKILL"]);
  // Pods start commands, so these come after them.
  const commands = findProcesses((_words, pid) =>
    hasVariable(pid, (text) => text.startsWith(`BATCH_REQUEST_FILE=${path}/`)),
  );
  await endAll(commands, ["SIGKILL"]);
  const server = await stopAbandonedServer(data);
  return [
    ...initdbs.map(() => "its initdb"),
    ...(pods.length > 0 ? [pods.length === 1 ? "1 pod" : `${pods.length} pods`] : []),
    ...(commands.length > 0 ? [`${commands.length} processes of commands`] : []),
    ...(server === undefined ? [] : [`its PostgreSQL (process ${server})`]),
  ];
}

/** Processes recognized by their command line; none if the system has no /proc. */
function findProcesses(matches: (words: readonly string[], pid: number) => boolean): number[] {
  const pids = listProcesses().map(({ pid }) => pid);
  return pids.filter((pid) => matches(getCommandLine(pid), pid));
}

async function endAll(pids: readonly number[], signals: readonly NodeJS.Signals[]): Promise<void> {
  await Promise.all(pids.map((pid) => end(pid, signals)));
}

/** Whether a process was started with a matching `NAME=value`. */
function hasVariable(pid: number, matches: (text: string) => boolean): boolean {
  const environment = Buffer.from(readSharedFile(pid, "environ") ?? "", "latin1").toString();
  return environment.split("\0").some(matches);
}

/**
 * Whether the process is the server of a data directory, which is its working directory, whatever path it was started with: the folder
 * may have been moved. Undefined if that is unknown: only root sees the working directory of a server that a run by root has started,
 * with a right of root's, for another user.
 */
function isPostgresOn(pid: number, data: string): boolean | undefined {
  const words = getCommandLine(pid);
  if (process.platform !== "linux") return words.join(" ").includes(`postgres -D ${data}`);
  if (basename(words[0] ?? "") !== "postgres") return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") return false;
    return words[words.indexOf("-D") + 1] === data || undefined;
  }
}

/** Signals a process until it has ended, with a stronger signal each time. */
async function end(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  const target = getProcess(pid);
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const until = performance.now() + END_MS; performance.now() < until; await sleep(20)) {
      if (target === undefined || !isRunning(target)) return;
    }
  }
}
