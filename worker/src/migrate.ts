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

/** The migrations of `sql/migrations/`, in order. */
export function readMigrations(folder: URL = new URL("../../sql/migrations/", import.meta.url)): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .sort()
    .map((file) => ({
      version: Number(file.slice(0, 4)),
      name: file.slice(5, -".sql".length),
      text: readFileSync(new URL(file, folder), "utf8"),
    }));
}

/**
 * Brings a database to the newest version, each migration in a transaction of its own. Any number of processes may do
 * it at once; what is applied is never applied again.
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
    const from = await currentVersion(client);
    if (from > newest) {
      throw new Error(
        `the database must be at version ${newest} or older (migrations only go forward); got version ${from}. Use a program that knows version ${from}`,
      );
    }
    for (const migration of migrations.filter(({ version }) => version > from)) {
      await apply(client, migration);
      log.info("migrated", { version: migration.version, name: migration.name });
    }
    return { from, to: newest };
  } finally {
    await client.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`);
  }
}

async function currentVersion(client: pg.ClientBase): Promise<number> {
  await client.query(`
    create table if not exists public.batch_migration (
      version    integer primary key,
      name       text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ version: number }>(
    "select coalesce(max(version), 0) as version from public.batch_migration",
  );
  return rows[0]?.version ?? 0;
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
    const why = `the schema stays at version ${version - 1}`;
    const got = (error as Error).message;
    throw new Error(`migration ${version} (${name}) must apply (${why}); got ${got}. Mend it, and migrate again`, {
      cause: error,
    });
  }
}
