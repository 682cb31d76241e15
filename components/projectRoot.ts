import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with `sql/` and `worker/`: the checkout, or the installed package, whose compiled files are one folder deeper. */
export const PROJECT_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, "worker/Dockerfile"))) return folder;
  if (dirname(folder) === folder)
    throw new Error("cannot find worker/Dockerfile above the components: the package is incomplete. Install it again");
  return findRoot(dirname(folder));
}
