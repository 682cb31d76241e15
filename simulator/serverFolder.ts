import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Checks, before anything is changed, that a folder contains a kept database or can hold one.
 *
 * @throws Error when it has something else in the database's place.
 */
export async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory())
    throw new Error(`${folder} must be a folder (the database is kept in it); got a file`);
  if (existsSync(join(folder, "PG_VERSION"))) {
    throw new Error(
      `${folder} must be a folder that npm start --keep made, or a new one; got a PostgreSQL data directory`,
    );
  }
  const data = join(folder, "data");
  const files = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR" && found) return ["data"];
    throw new Error(`cannot read ${data}: ${error.message}`, { cause: error });
  });
  if (files.length > 0 && !files.includes("PG_VERSION")) {
    throw new Error(
      `${data} must be a PostgreSQL data directory, empty, or absent (the database is kept there); got other files. Choose another folder`,
    );
  }
}
