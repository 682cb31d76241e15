import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** A migration: `sql/migrations/0001_queue.sql` is version 1. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
}

/** A file of `sql/functions/`: `claim.sql` creates `batch.claim`. */
export interface SqlFunction {
  readonly name: string;
  readonly text: string;
  /** Hash of the text: the function is created again when it changes. */
  readonly hash: string;
}

/** Everything that brings a database up to date. */
export interface MigrationFiles {
  readonly migrations: readonly Migration[];
  readonly functions: readonly SqlFunction[];
}

/**
 * Reads `sql/migrations/` and `sql/functions/`, in order. Migrations from 1000 on are for users' own tables.
 *
 * @throws Error when two migrations have the same number.
 */
export function readMigrationFiles(sql: URL = new URL("../../sql/", import.meta.url)): MigrationFiles {
  const migrationFiles = sortedFiles(new URL("migrations/", sql), /^\d{4}_\w+\.sql$/);
  const duplicate = migrationFiles.find((file, index) => file.slice(0, 4) === migrationFiles[index - 1]?.slice(0, 4));
  if (duplicate !== undefined) {
    throw new Error(
      `sql/migrations/${duplicate} must have a unique number (each is applied once); got a duplicate. Renumber it`,
    );
  }
  return {
    migrations: migrationFiles.map((file) => ({
      version: Number(file.slice(0, 4)),
      name: file.slice(5, -".sql".length),
      // Editors on Windows begin a file with a byte order mark; psql ignores it as well.
      text: readFileSync(new URL(`migrations/${file}`, sql), "utf8").replace(/^\uFEFF/, ""),
    })),
    functions: sortedFiles(new URL("functions/", sql), /^[a-z_]+\.sql$/).map((file) => {
      const text = readFileSync(new URL(`functions/${file}`, sql), "utf8");
      return { name: file.slice(0, -".sql".length), text, hash: createHash("sha256").update(text).digest("hex") };
    }),
  };
}

function sortedFiles(folder: URL, pattern: RegExp): string[] {
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .sort();
}
