import { readdirSync, readFileSync } from "node:fs";
import type pg from "pg";
import type { Log } from "./log.ts";

/** A migration: `sql/migrations/0001_queue.sql` is version 1. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
}

/** The first key of every advisory lock here, 'batc' in ASCII, as `sql/migrations/0001_queue.sql` has it; the second is a session. */
export const LOCK_SPACE = 1_650_553_955;

/** The keys of the lock that lets one process migrate at a time: sessions are positive. */
const MIGRATION_LOCK = `${LOCK_SPACE}, 0`;

/**
 * The migrations of `sql/migrations/`, in order. Numbers from 1000 are for whoever adds tables of their own.
 *
 * @throws Error when two have the same number.
 */
export function readMigrations(folder: URL = new URL("../../sql/migrations/", import.meta.url)): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .sort();
  const twice = files.find((file, index) => file.slice(0, 4) === files[index - 1]?.slice(0, 4));
  if (twice !== undefined) {
    throw new Error(
      `sql/migrations/${twice} must have a number of its own (each is applied once); got another's. Renumber it`,
    );
  }
  return files.map((file) => ({
    version: Number(file.slice(0, 4)),
    name: file.slice(5, -".sql".length),
    text: readFileSync(new URL(file, folder), "utf8"),
  }));
}

/**
 * Applies what has not been applied, in order, each migration in a transaction of its own. Any number of processes may do it at
 * once; what is applied is never applied again.
 *
 * @returns the version the database had, and the one it has now.
 * @throws Error when the database is newer than these migrations; nothing was changed.
 */
export async function migrate(
  client: pg.ClientBase,
  log: Log,
  migrations: readonly Migration[] = readMigrations(),
): Promise<{ readonly from: number; readonly to: number }> {
  const newest = migrations.at(-1)?.version ?? 0;
  await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
  try {
    const applied = await appliedVersions(client);
    const from = Math.max(0, ...applied);
    const unknown = applied.find((version) => !migrations.some((its) => its.version === version));
    if (unknown !== undefined) {
      throw new Error(
        `the database must be at version ${newest} or older (migrations only go forward); got version ${unknown}. Use a program that knows version ${unknown}`,
      );
    }
    // Not those above the highest only: the project's own numbers stay below those of tables that others added.
    for (const migration of migrations.filter(({ version }) => !applied.includes(version))) {
      await apply(client, migration);
      log.info("migrated", { version: migration.version, name: migration.name });
    }
    return { from, to: newest };
  } finally {
    await client.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`);
  }
}

async function appliedVersions(client: pg.ClientBase): Promise<number[]> {
  await client.query(`
    create table if not exists public.batch_migration (
      version    integer primary key,
      name       text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ version: number }>("select version from public.batch_migration");
  return rows.map(({ version }) => version);
}

async function apply(client: pg.ClientBase, { version, name, text }: Migration): Promise<void> {
  await client.query("begin");
  try {
    // First, so that a migration applied by somebody without the lock is noticed before anything else happens.
    await client.query("insert into public.batch_migration (version, name) values ($1, $2)", [version, name]);
    await client.query(text);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    const why = "the schema stays as it was before it";
    const got = (error as Error).message;
    throw new Error(`migration ${version} (${name}) must apply (${why}); got ${got}. Mend it, and migrate again`, {
      cause: error,
    });
  }
}
