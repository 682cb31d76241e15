import type pg from "pg";
import { attachTables, readAttachments } from "./attachTables.ts";
import { checkDatabase } from "./checkDatabase.ts";
import { closeClient } from "./clientConnection.ts";
import { connectDirectly } from "./connectDirectly.ts";
import { toClientConfig } from "./database.ts";
import { SettingsError } from "./errors.ts";
import { limitWaits, type WaitLimits } from "./limitWaits.ts";
import type { Log } from "./log.ts";
import { migrate } from "./migrate.ts";
import { readMigrationFiles } from "./migrationFiles.ts";
import { parseNumber } from "./number.ts";
import { createRoles, DEFAULT_ROLES, findMissingRoles, type RoleNames, type RolePasswords } from "./roles.ts";
import { readDatabaseSettings } from "./settings.ts";

/**
 * `node main.ts migrate`: migrates the database that the environment names to the newest version. With WORKER_PASSWORD and
 * SCALER_PASSWORD it also creates the roles (WORKER_USERNAME, SCALER_USERNAME); without them it grants existing roles their rights.
 * With ATTACH it attaches tables. MAX_CONNECTIONS_NEEDED is checked against the server's max_connections.
 *
 * @param limits - how long it may wait for locks and for answers
 * @throws SettingsError when the environment is wrong, or listing what the database lacks: nothing was changed; Error naming the sessions
 *   that it waited for, or the migration, the roles or the table that failed: what was committed before stays.
 */
export async function migrateDatabase(env: NodeJS.ProcessEnv, log: Log, limits?: Partial<WaitLimits>): Promise<void> {
  const settings = readDatabaseSettings(env);
  const passwords = readPasswords(env);
  const names = {
    worker: env.WORKER_USERNAME || DEFAULT_ROLES.worker,
    scaler: env.SCALER_USERNAME || DEFAULT_ROLES.scaler,
  };
  const attachments = readAttachments(env.ATTACH);
  const connections = readConnections(env.MAX_CONNECTIONS_NEEDED);
  const config = { ...toClientConfig(settings), application_name: "postgres-batch migrate" };
  const client = await connectDirectly(config);
  const run = async () => {
    await checkDatabase(client, {
      ...(passwords ? { roles: names } : {}),
      ...(connections === undefined ? {} : { connections }),
    });
    const { from, to } = await migrate(client, log, readMigrationFiles(), names);
    if (passwords) await createRoles(client, passwords, names);
    else await warnOfMissingRoles(client, names, log);
    await attachTables(client, attachments, log);
    log.info("the database is up to date", { from, to });
  };
  try {
    await limitWaits(config, client, log, run, limits);
  } finally {
    await closeClient(client);
  }
}

/** Without passwords the migration creates no roles, and grants rights only to both. */
async function warnOfMissingRoles(client: pg.ClientBase, names: RoleNames, log: Log): Promise<void> {
  const missing = await findMissingRoles(client, names);
  if (missing.length === 0) return;
  log.warn("no role was granted the worker's and the scaling query's rights, because these roles do not exist", {
    missing,
    remedy: "set WORKER_PASSWORD and SCALER_PASSWORD, or create them (docs/production.md, roles that a DBA prepares)",
  });
}

function readConnections(text: string | undefined): number | undefined {
  if (!text) return undefined;
  try {
    return parseNumber("MAX_CONNECTIONS_NEEDED", text, {
      min: 1,
      max: 262_143,
      why: "the most that PostgreSQL allows",
    });
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

function readPasswords({
  WORKER_PASSWORD: worker,
  SCALER_PASSWORD: scaler,
}: NodeJS.ProcessEnv): RolePasswords | undefined {
  if (worker && scaler) return { worker, scaler };
  if (!worker && !scaler) return undefined;
  throw new SettingsError([
    "WORKER_PASSWORD and SCALER_PASSWORD must be set together or not at all (two roles log in); got only one of them",
  ]);
}
