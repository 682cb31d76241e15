import { chmodSync, cpSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOADER, READABLE_LOADER } from "./assembleRunner.ts";

/**
 * Copies the runner into a folder, as an init container does for the container of a command.
 *
 * @param root - the folder that `assembleRunner` filled
 * @param user - the id of the user who runs the command
 */
export function installRunner(root: string, folder: string, user: number): void {
  // The loader may be executed and not read.
  const filter = (path: string) => path !== join(root, "lib", LOADER);
  for (const part of ["node", "mkfifo", "lib", "node_modules", "sql", "worker"])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter });
  const loader = join(folder, "lib", LOADER);
  renameSync(join(folder, "lib", READABLE_LOADER), loader);
  chmodSync(loader, 0o111);
  // Node finds what it has compiled by the user's id, too.
  for (const cache of readdirSync(join(root, ".cache")))
    cpSync(join(root, ".cache", cache), join(folder, ".cache", cache.replace(/[^-]*$/, String(user))), {
      recursive: true,
    });
}

if (process.argv[1] === import.meta.filename)
  installRunner(fileURLToPath(new URL("../../..", import.meta.url)), process.argv[2] ?? "", process.getuid?.() ?? 0);
