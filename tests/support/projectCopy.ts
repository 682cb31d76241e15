import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Copies what a worker needs for the calling test file, so that a handler can be added to the shipped one; returns the folder. */
export async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "project-"));
  after(() => rm(copy, { recursive: true }));
  for (const folder of ["worker", "sql"]) await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}
