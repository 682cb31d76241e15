import { execFile } from "node:child_process";
import fs, { closeSync, constants, existsSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readOpenPath } from "./processTable.ts";

/** A pipe whose end `writeTo` a child inherits. */
export interface Pipe {
  readonly readFrom: Readable;
  readonly writeTo: number;
  /**
   * Its path as /proc shows it, also after it was moved or removed; undefined once `readFrom` is destroyed, which it is when the last writer
   * has closed it, and without /proc (macOS).
   */
  path(): string | undefined;
  /** Closes the runner's copy of the write end: `readFrom` then ends with its last writer. */
  closeWriter(): void;
}

/**
 * Opens two real pipes. Node's pipes are sockets, which cannot be opened by name: `echo wrong > /dev/stderr` would fail in a command
 * although it works in any container. Node has no API for real pipes; FIFOs are pipes with a name. They must keep it while they are used:
 * some file systems (FUSE) do not know a removed file's kind, which Node and programs ask for (fstat(2)).
 *
 * @param paths - of the FIFOs, in a writable folder, which the caller removes
 */
export async function openPipes(...paths: [string, string]): Promise<[Pipe, Pipe]> {
  await promisify(execFile)(...makeFifos(paths));
  return [await openFifo(paths[0]), await openFifo(paths[1])];
}

/** Not those of node:fs/promises, whose files are closed when nothing refers to them. */
const open = promisify(fs.open);

async function openFifo(path: string): Promise<Pipe> {
  // Without O_NONBLOCK, opening one end waits for the other.
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeTo = await open(path, constants.O_WRONLY);
  const readFrom = new Socket({ fd: reader, readable: true, writable: false });
  return {
    readFrom,
    writeTo,
    // The number of a closed descriptor may be another file's.
    path: () => (readFrom.destroyed ? undefined : readOpenPath("self", reader)),
    closeWriter: () => closeSync(writeTo),
  };
}

const BUNDLED = fileURLToPath(new URL("../../../mkfifo", import.meta.url));

/** The packaged `mkfifo` (worker/Dockerfile) if there is one, since the image may have none; otherwise the system's. */
function makeFifos(paths: readonly string[]): [string, string[]] {
  const args = ["-m", "600", ...paths];
  if (!existsSync(BUNDLED)) return ["mkfifo", args];
  // Run by the same loader as this Node, with the same libraries.
  const libraries = fileURLToPath(new URL("../../../lib", import.meta.url));
  return [process.execPath, ["--library-path", libraries, BUNDLED, ...args]];
}
