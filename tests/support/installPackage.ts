import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getOutput } from "../../cli/getOutput.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs the components and installs the package in a folder, as `npm install` of the packed file does, with the TypeScript
 * example as the folder's program.
 *
 * @returns the copy of the checkout that was packed: packing temporarily changes package.json, which others read
 */
export async function installPackage(folder: string): Promise<string> {
  const checkout = join(folder, "checkout");
  for (const path of ["cli/launch.mjs", "components", "package.json", "sql", "tsconfig.json", "worker"])
    await cp(join(ROOT, path), join(checkout, path), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  await getOutput("npm", ["pack", "--pack-destination", folder], { cwd: checkout });
  const installed = join(folder, "node_modules/postgres-batch");
  await mkdir(installed, { recursive: true });
  await getOutput("tar", ["xzf", join(folder, "postgres-batch-0.1.0.tgz"), "--strip-components=1", "-C", installed]);
  for (const name of ["@pulumi", "@types"])
    await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  await cp(join(ROOT, "examples/consumers/typescript"), folder, { recursive: true });
  return checkout;
}
