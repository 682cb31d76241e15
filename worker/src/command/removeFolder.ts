import type { Dirent } from "node:fs";
import { chmod, lstat, mkdtemp, opendir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";

/** How many names of a folder are read at once. */
const BATCH = 1_000;

/** A path has at most 4,096 bytes on Linux and 1,024 on macOS (PATH_MAX); a program that changes its folder can create deeper ones. */
const MAX_DEPTH_BYTES = 512;

/**
 * Removes a folder and everything in it, even folders that a command made unreadable or read-only.
 *
 * One file after another: `rm` of Node.js starts with all of a folder at once, which for 100,000 files takes 300 MB and blocks the
 * runner for seconds.
 *
 * @param end - ends it before the next file
 * @throws the file system's error, for example for another user's files, or the reason of `end`.
 */
export async function removeFolder(path: string, end?: AbortSignal): Promise<void> {
  await isRemoved(lstat(path).then((found) => remove(Buffer.from(path), found, { path, end })));
}

/** The folder that is removed. */
interface Root {
  readonly path: string;
  readonly end: AbortSignal | undefined;
}

/** Removes a file or a folder; one that is deep below the root is moved there, where it is found again. */
async function remove(path: Buffer, found: { isDirectory(): boolean }, root: Root): Promise<void> {
  root.end?.throwIfAborted();
  if (!found.isDirectory()) return await unlink(path);
  // Another user's folder may nevertheless be writable.
  await chmod(path, 0o700).catch(() => undefined);
  if (path.length - Buffer.byteLength(root.path) > MAX_DEPTH_BYTES) {
    return await rename(path, await mkdtemp(join(root.path, "deep-")));
  }
  while (await removeSome(path, root));
  await rmdir(path);
}

/** Removes the first entries of a folder, which is read again afterwards: on macOS it may skip entries if it changes while it is read. */
async function removeSome(folder: Buffer, root: Root): Promise<boolean> {
  let some = false;
  for (const entry of await readSome(folder)) {
    some = (await isRemoved(remove(Buffer.concat([folder, Buffer.from("/"), entry.name]), entry, root))) || some;
  }
  return some;
}

async function readSome(folder: Buffer): Promise<readonly Dirent<Buffer>[]> {
  const entries: Dirent<Buffer>[] = [];
  // As bytes: a name need not be UTF-8. The types do not know that.
  const all: unknown = await opendir(folder, { encoding: "buffer" as BufferEncoding });
  for await (const entry of all as AsyncIterable<Dirent<Buffer>>) if (entries.push(entry) === BATCH) break;
  return entries;
}

/** False if something else has removed it. */
async function isRemoved(removal: Promise<void>): Promise<boolean> {
  return await removal.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}
