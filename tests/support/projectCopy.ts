import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFolder } from "./createFolder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Copies what a worker needs for the calling test file, so that a handler can be added to the shipped one; returns the folder. */
export async function copyProject(): Promise<string> {
  const copy = createFolder();
  for (const folder of ["worker", "sql"]) await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
