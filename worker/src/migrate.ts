import type pg from "pg";
import { LOCK_MIGRATIONS } from "./advisoryLocks.ts";
import { applyFunctions } from "./applyFunctions.ts";
import { checkDatabase } from "./checkDatabase.ts";
import type { Log } from "./log.ts";
import { type Migration, type MigrationFiles, readMigrationFiles } from "./migrationFiles.ts";
import { repeatRoleConflicts } from "./repeatRoleConflicts.ts";
import { changesReaders, replaceReaders } from "./replaceReaders.ts";
import { restoreViews } from "./restoreViews.ts";
import { DEFAULT_ROLES, grantRights, type RoleNames } from "./roles.ts";
import { asOwner, prepareSchemaOwner, SCHEMA_OWNER } from "./schemaOwner.ts";
import { withHint } from "./withHint.ts";

/**
 * Brings a database up to date in one transaction: applies the migrations that have not been applied, in order, and the functions whose
 * files have changed, and creates views that were dropped. Any number of processes may migrate at once, while workers keep running.
 *
 * The first migration makes the tables that the functions need; the functions come before the second one, which uses them.
 *
 * @returns the version the database had, and the one it has now.
 * @throws SettingsError when the database lacks something (`checkDatabase`); Error when it is newer than these files or restored without
 *   its data, or when PostgreSQL refuses a file, which the message names; nothing was changed.
 */
export async function migrate(
  client: pg.ClientBase,
  log: Log,
  files: MigrationFiles = readMigrationFiles(),
  roles: RoleNames = DEFAULT_ROLES,
): Promise<{ readonly from: number; readonly to: number }> {
  await checkDatabase(client);
  return await repeatRoleConflicts(() => migrateOnce(client, log, files, roles));
}

async function migrateOnce(
  client: pg.ClientBase,
  log: Log,
  files: MigrationFiles,
  roles: RoleNames,
): Promise<{ readonly from: number; readonly to: number }> {
  const newest = files.migrations.at(-1)?.version ?? 0;
  await client.query("begin isolation level read committed read write");
  try {
    await client.query(`set local lock_timeout = 0; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
      set local standard_conforming_strings = on; set local row_security = on`);
    await client.query(LOCK_MIGRATIONS);
    const owner = await openSchema(client, log);
    const { rows } = await client.query<{ version: number }>("select version from batch.migration");
    const applied = rows.map(({ version }) => version);
    await refuseSchemaWithoutData(client, applied);
    refuseUnknown(applied, files.migrations, newest);
    // Not only those above the highest applied one: the project's numbers stay below those of users' own migrations.
    const isApplied = ({ version }: Migration) => applied.includes(version);
    const pending = files.migrations.filter((migration) => !isApplied(migration));
    const isTables = ({ version }: Migration) => version === 1;
    for (const migration of pending.filter(isTables)) await apply(client, migration, owner);
    await restoreViews(client, files.migrations.filter(isApplied), owner, log);
    const replaced = await applyFunctions(client, files.functions, owner, log);
    await grantRights(client, roles);
    if (changesReaders(replaced)) await replaceReaders(client, log);
    for (const migration of pending.filter((each) => !isTables(each))) await apply(client, migration, undefined);
    await client.query("commit");
    for (const { version, name } of pending) log.info("migrated", { version, name });
    return { from: Math.max(0, ...applied), to: newest };
  } catch (error) {
    // Fails as well if the connection broke.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Creates the schema if there is none, and returns its owner, quoted if necessary. */
async function openSchema(client: pg.ClientBase, log: Log): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    "select quote_ident(pg_get_userbyid(nspowner)) as owner from pg_namespace where nspname = 'batch'",
  );
  const [found] = rows;
  if (found) return found.owner;
  const owner = await prepareSchemaOwner(client);
  if (owner !== SCHEMA_OWNER) {
    log.warn(
      `the schema batch belongs to ${owner}, with whose rights its functions run: it may neither create ${SCHEMA_OWNER} nor become its member`,
      { remedy: "docs/production.md, roles that a DBA prepares" },
    );
  }
  await client.query(`create schema batch authorization ${owner}`);
  await asOwner(client, owner, async () => {
    await client.query(`
      create table batch.migration (
        version    integer primary key,
        name       text not null,
        applied_at timestamptz not null default now()
      );
      create table batch.function (name text primary key, hash text not null)`);
  });
  return owner;
}

async function refuseSchemaWithoutData(client: pg.ClientBase, applied: readonly number[]): Promise<void> {
  if (applied.length > 0) return;
  const { rows } = await client.query<{ filled: boolean }>("select to_regclass('batch.queue') is not null as filled");
  if (!rows[0]?.filled) return;
  throw new Error(
    "the schema batch must be complete or absent; got one without its data, as pg_restore --schema-only leaves it. " +
      "Also restore the data of batch.migration and batch.function, or run: drop schema batch cascade; drop table if exists public.make_it_clap. " +
      "Then migrate and attach your tables again",
  );
}

function refuseUnknown(applied: readonly number[], migrations: readonly Migration[], newest: number): void {
  const unknown = applied.find((version) => !migrations.some((migration) => migration.version === version));
  if (unknown === undefined) return;
  throw new Error(
    `the database must be at version ${newest} or older (migrations only go forward); got version ${unknown}. Use a program that knows version ${unknown}`,
  );
}

async function apply(
  client: pg.ClientBase,
  { version, name, text }: Migration,
  owner: string | undefined,
): Promise<void> {
  try {
    await client.query("insert into batch.migration (version, name) values ($1, $2)", [version, name]);
    if (owner === undefined) await client.query(text);
    else await asOwner(client, owner, () => client.query(text));
  } catch (error) {
    throw new Error(
      `cannot apply migration ${version} (${name}): ${withHint(error as Error)}. The database stays as it was; correct the cause, and migrate again`,
      { cause: error },
    );
  }
}
