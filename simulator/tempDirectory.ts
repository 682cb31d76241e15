import { readFileSync } from "node:fs";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { removeFolder } from "../worker/src/command/removeFolder.ts";
import { getProcess, type ProcessIdentity } from "./processIdentity.ts";

/** The directory of a run: removed at its end, or by the next run if it was killed. */
export interface TempDirectory {
  readonly path: string;
  /** Where PostgreSQL puts its Unix socket: the same directory, or one with a shorter, plainer path. */
  readonly socket: string;
  /** Never throws: what cannot be removed is reported by the next run. */
  remove(): Promise<void>;
}

/** The run that created a temporary directory, and what is served from it. */
export interface RunMarker {
  readonly run: ProcessIdentity;
  readonly socket: string;
  readonly data: string;
}

const PREFIX = "postgres-batch-";
const MARKER_FILE = "run.json";

/** The names that `createTempDirectory` gives. */
export const TEMP_NAME = new RegExp(`^${PREFIX}\\w{6}$`);

/** A Unix socket's address has 104 bytes on macOS and 108 on Linux, including the terminating NUL (unix(4), unix(7)). */
const MAX_SOCKET_BYTES = 103;
const SOCKET_NAME = "/.s.PGSQL.65535";

/** A path that needs no quoting in PostgreSQL's list of directories, a connection string, or a shell. */
const PLAIN_PATH = /^\/[\w./+-]*$/;

/**
 * Creates a run's directory.
 *
 * @param folder - where the database is kept; undefined: in the directory itself
 * @param parent - where the directory is created; by default in TMPDIR
 * @throws Error when TMPDIR, or a directory for the socket, cannot be written to.
 */
export async function createTempDirectory(folder: string | undefined, parent = tmpdir()): Promise<TempDirectory> {
  const path = await mkdtemp(join(resolve(parent), PREFIX)).catch((error: Error) => {
    throw new Error(
      `cannot create a folder in TMPDIR (${tmpdir()}): ${error.message}. Set TMPDIR to one that is writable`,
      {
        cause: error,
      },
    );
  });
  let socket = path;
  async function remove(): Promise<void> {
    for (const directory of new Set([socket, path])) await removeFolder(directory).catch(() => undefined);
  }
  try {
    if (!isSocketPath(path)) socket = await createSocketDirectory();
    // mkdtemp applies the umask, which may remove the owner's own rights.
    await chmod(path, 0o700);
    const run = getProcess(process.pid) as ProcessIdentity;
    const marker: RunMarker = { run, socket, data: join(folder ?? path, "data") };
    await writeFile(join(path, MARKER_FILE), JSON.stringify(marker));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, socket, remove };
}

/** The owner of a temporary directory; undefined if it is unknown. */
export function readMarker(path: string): RunMarker | undefined {
  try {
    return JSON.parse(readFileSync(join(path, MARKER_FILE), "utf8")) as RunMarker;
  } catch {
    return undefined;
  }
}

/** The folders that may contain the socket's directory if TMPDIR's path is unsuitable, in order of preference. */
export function getSocketParents(): string[] {
  return [process.env.XDG_RUNTIME_DIR, "/tmp", "/var/tmp", "/dev/shm"].filter((path) => path !== undefined);
}

async function createSocketDirectory(): Promise<string> {
  const reasons: string[] = [];
  for (const parent of getSocketParents()) {
    if (!isSocketPath(join(parent, `${PREFIX}xxxxxx`))) continue;
    try {
      return await mkdtemp(join(parent, PREFIX));
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(
    `cannot create a folder for PostgreSQL's socket: ${reasons.join("; ")}. ` +
      `Set TMPDIR to a path of ASCII letters and digits, at most ${MAX_SOCKET_BYTES - SOCKET_NAME.length - PREFIX.length - 7} long`,
  );
}

function isSocketPath(directory: string): boolean {
  return PLAIN_PATH.test(directory) && directory.length + SOCKET_NAME.length <= MAX_SOCKET_BYTES;
}
