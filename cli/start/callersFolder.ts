import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** By any path: the checkout may be reached by a symbolic link. */
function isOwn(file: string): boolean {
  try {
    return realpathSync(file) === PACKAGE;
  } catch {
    return false;
  }
}
