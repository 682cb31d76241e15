import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../usageError.ts";

const PACKAGE = fileURLToPath(new URL("../../package.json", import.meta.url));

/**
 * The folder in which npm was called: it runs the checkout's scripts in the checkout's own folder, also when it was called in another one
 * (below it, or with `--prefix`).
 *
 * @returns undefined if npm did not start this process, or not by a script of this package.
 */
export function findCallersFolder({ INIT_CWD, npm_package_json }: NodeJS.ProcessEnv): string | undefined {
  return npm_package_json !== undefined && isOwn(npm_package_json) ? INIT_CWD : undefined;
}

/**
 * Makes that folder this process's own, so that relative paths begin there.
 *
 * @throws UsageError when this user may not enter it: `sudo -u USER npm --prefix CHECKOUT start` in root's home.
 */
export function enterCallersFolder(env: NodeJS.ProcessEnv): void {
  const folder = findCallersFolder(env);
  if (folder === undefined) return;
  try {
    process.chdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `the folder in which npm is called must be one that this user may enter (relative paths begin there); got ${folder}: ${code}`,
      { cause: error },
    );
  }
}

/** By any path: the checkout may be reached by a symbolic link. */
function isOwn(file: string): boolean {
  try {
    return realpathSync(file) === PACKAGE;
  } catch {
    return false;
  }
}
