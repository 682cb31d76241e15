import { existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getCommandLine, getProcess, isElsewhere, isRunning, type ProcessIdentity } from "./processIdentity.ts";

/** A directory that belongs to this process until it is released. */
export interface DirectoryLock {
  /** The pid of a run that ended without releasing the directory; undefined if none did. */
  readonly abandonedBy: number | undefined;
  /** The directories that were created for it, the outermost first. */
  readonly created: readonly string[];
  /** Releases it. `undo` also removes the created directories that are empty. */
  release(options?: { readonly undo: boolean }): Promise<void>;
}

const LOCK_FILE = "run.pid";

/** Longer than a run takes between reading a stale lock and moving it away. */
const SETTLE_MS = 50;

/** Part of a run's command line: the only way to recognize the process of an older version's lock file. */
const RUN = /\bstart\/main\.ts\b/;

/**
 * Creates a directory if there is none, and locks it for this process.
 *
 * @throws Error when another live run has locked it (its server would be stopped), or when it cannot be created or written to; nothing has
 *   changed then.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const created = await createDirectory(directory);
  async function undo(): Promise<void> {
    for (const path of created.toReversed()) await rmdir(path).catch(() => undefined);
  }
  const file = join(directory, LOCK_FILE);
  try {
    const abandonedBy = await takeLock(directory, file);
    return {
      abandonedBy,
      created,
      async release(options) {
        await rm(file, { force: true });
        if (options?.undo) await undo();
      },
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Without `mkdir`'s `recursive`, which never ends if the system always returns ENOENT, as in /proc. */
async function createDirectory(directory: string): Promise<string[]> {
  const missing: string[] = [];
  for (let path = directory; !existsSync(path); path = dirname(path)) missing.unshift(path);
  try {
    // Another run may create the same directories.
    for (const path of missing) await mkdir(path, { mode: 0o700 }).catch(ignore("EEXIST"));
    await readdir(directory);
    return missing;
  } catch (error) {
    throw new Error(`cannot create the folder ${directory}: ${(error as Error).message}`, { cause: error });
  }
}

function ignore(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}

/**
 * A lock file appears atomically. A stale one is moved away before it is replaced; a slow run may move its successor's file, and then
 * moves it back. So a lock counts only if it still exists a moment later.
 */
async function takeLock(directory: string, file: string): Promise<number | undefined> {
  const own = `${file}.${process.pid}`;
  const text = JSON.stringify(getProcess(process.pid));
  let abandonedBy: number | undefined;
  try {
    await writeFile(own, text);
    for (;;) {
      if (await tryLink(own, file)) await sleep(SETTLE_MS);
      // One that may not be read belongs to another user's run, which may be alive.
      const found = (await readFile(file, "utf8").catch(ignore("ENOENT"))) ?? "";
      if (found === text) return abandonedBy;
      if (found === "" && !existsSync(file)) continue;
      const { pid, alive, elsewhere } = parseLock(found);
      if (alive) {
        const advice = elsewhere
          ? ` of another container, or outside this one. End that run first; if it was killed, remove ${file}`
          : ". End that run first, or use its psql line";
        throw new Error(
          `${directory} must not be in use by another run (which has its own server); got process ${pid}${advice}`,
        );
      }
      abandonedBy = pid;
      await moveAway(file, `${own}.stale`, found);
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new Error(`cannot write to the folder ${directory}: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(own, { force: true });
    await rm(`${own}.stale`, { force: true });
  }
}

async function moveAway(file: string, to: string, stale: string): Promise<void> {
  // Its run may have released it a moment ago.
  await rename(file, to).catch(ignore("ENOENT"));
  const moved = await readFile(to, "utf8").catch(() => stale);
  if (moved !== stale) await tryLink(to, file);
  await rm(to, { force: true });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A pid alone proves little: after a crash or a reboot it may belong to any process. */
function parseLock(text: string): { readonly pid: number; readonly alive: boolean; readonly elsewhere?: boolean } {
  try {
    const lock = JSON.parse(text) as ProcessIdentity | number;
    if (typeof lock === "number")
      return { pid: lock, alive: lock !== process.pid && RUN.test(getCommandLine(lock).join(" ")) };
    const elsewhere = isElsewhere(lock);
    return { pid: lock.pid, alive: (elsewhere || lock.pid !== process.pid) && isRunning(lock), elsewhere };
  } catch {
    return { pid: 0, alive: false };
  }
}
