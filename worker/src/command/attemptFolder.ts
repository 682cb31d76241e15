import { mkdir, mkdtemp, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SettingsError } from "../errors.ts";
import { removeFolder } from "./removeFolder.ts";

/** The folder of one attempt: a command finds its request there and writes its result, progress and checkpoint. */
export interface AttemptFolder {
  readonly path: string;
  readonly request: string;
  readonly result: string;
  readonly checkpoint: string;
  readonly progress: string;
  /** The pipes of the command's output. Hidden: a program that reads every file of the folder must not wait for them. */
  readonly stdout: string;
  readonly stderr: string;
  /** For temporary files if the environment sets no TMPDIR: the root may be read-only. */
  readonly temporary: string;
}

/** The codes of errors that another node or another moment would not change. */
const WRONG_DIRECTORY = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS", "ELOOP", "ENAMETOOLONG"];

/**
 * Checks that attempts can have their folders in a directory. A disk that is full or fails is no error here: attempts find that out.
 *
 * @throws SettingsError when it cannot be used.
 */
export async function checkDirectory(directory: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(directory, "attempt-")));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!WRONG_DIRECTORY.includes(code)) return;
    throw new SettingsError([
      "COMMAND_DIRECTORY, by default TMPDIR, TMP or TEMP, must be an existing, writable folder " +
        `(each attempt gets a folder in it); got ${JSON.stringify(directory)} (${code})`,
    ]);
  }
}

/**
 * Creates an attempt's folder, readable only by its user, with the request and the last checkpoint (null: none) in it.
 *
 * @param directory - must exist and be writable.
 * @throws the file system's error, such as ENOSPC; nothing is left behind.
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
      stdout: join(path, ".stdout"),
      stderr: join(path, ".stderr"),
      temporary: join(path, "tmp"),
    };
    await mkdir(folder.temporary);
    await writeFile(folder.request, toLine(rowJson));
    if (checkpointJson !== null) await writeFile(folder.checkpoint, checkpointJson);
    return folder;
  } catch (error) {
    await removeFolder(path);
    throw error;
  }
}

/** A shell's `read` fails at a text whose last line has no end. In one buffer: a row may have 64 MiB. */
function toLine(json: string): Buffer {
  const line = Buffer.alloc(Buffer.byteLength(json) + 1, "\n");
  line.write(json);
  return line;
}
