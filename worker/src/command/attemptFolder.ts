import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folder of one attempt: a command finds its request there and writes its result, progress and checkpoint. */
export interface AttemptFolder {
  readonly path: string;
  readonly request: string;
  readonly result: string;
  readonly checkpoint: string;
  readonly progress: string;
  /** For temporary files if the environment sets no TMPDIR: the root may be read-only. */
  readonly temporary: string;
}

/**
 * Creates an attempt's folder, readable only by its user, with the request and the last checkpoint (null: none) in it.
 *
 * @param directory - must exist and be writable.
 * @throws the file system's error, such as ENOSPC or EROFS; nothing is left behind.
 */
export async function createAttemptFolder(
  directory: string,
  rowJson: string,
  checkpointJson: string | null,
): Promise<AttemptFolder> {
  const path = await mkdtemp(join(directory, "attempt-"));
  try {
    const folder = {
      path,
      request: join(path, "request.json"),
      result: join(path, "result.json"),
      checkpoint: join(path, "checkpoint.json"),
      progress: join(path, "progress.json"),
      temporary: join(path, "tmp"),
    };
    await mkdir(folder.temporary);
    await writeFile(folder.request, rowJson);
    if (checkpointJson !== null) await writeFile(folder.checkpoint, checkpointJson);
    return folder;
  } catch (error) {
    await removeAttemptFolder({ path });
    throw error;
  }
}

/** Removes an attempt's folder and everything in it, even folders that the command made unreadable. */
export async function removeAttemptFolder({ path }: Pick<AttemptFolder, "path">): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openFolders(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
  }
}
