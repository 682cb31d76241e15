import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOADER, READABLE_LOADER } from "./assembleRunner.ts";

/**
 * Copies the runner into a folder, as an init container does for the container of a command.
 *
 * @param root - the folder that `assembleRunner` filled
 * @param folder - the volume that the command's container mounts
 * @param user - the id of the user as whom the command's container runs
 */
export function installRunner(root: string, folder: string, user: number): void {
  for (const part of ["node", "mkfifo", "node_modules", "sql", "worker"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  const from = join(root, "lib");
  const to = join(folder, "lib");
  mkdirSync(to, { recursive: true });
  // The loader may be executed, but neither read nor, by a second run of the init container, written.
  for (const name of readdirSync(from).filter((file) => file !== LOADER))
    copyFileSync(join(from, name), join(to, name));
  chmodSync(join(to, READABLE_LOADER), 0o111);
  renameSync(join(to, READABLE_LOADER), join(to, LOADER));
  // Node finds what it has compiled by the user's id, too.
  for (const cache of readdirSync(join(root, ".cache")))
    cpSync(join(root, ".cache", cache), join(folder, ".cache", cache.replace(/[^-]*$/, String(user))), {
      recursive: true,
    });
}

if (process.argv[1] === import.meta.filename)
  installRunner(fileURLToPath(new URL("../../..", import.meta.url)), process.argv[2] ?? "", process.getuid?.() ?? 0);
