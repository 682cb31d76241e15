import pg from "pg";
import { toClientConfig } from "./database.ts";
import { SettingsError } from "./errors.ts";
import type { Log } from "./log.ts";
import { migrate } from "./migrate.ts";
import { createRoles, type RolePasswords } from "./roles.ts";
import { readDatabaseSettings } from "./settings.ts";

/**
 * `node main.ts migrate`: brings the database that the environment names to the newest version; with WORKER_PASSWORD and
 * SCALER_PASSWORD it makes the two roles as well.
 *
 * @throws SettingsError when the environment is wrong; otherwise what PostgreSQL says.
 */
export async function migrateDatabase(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const settings = readDatabaseSettings(env);
  const passwords = readPasswords(env);
  const client = new pg.Client({ ...toClientConfig(settings), application_name: "postgres-batch migrate" });
  await client.connect();
  try {
    const { from, to } = await migrate(client, log);
    const roles = await createRoles(client, passwords);
    log.info("the database is up to date", { from, to, roles });
  } finally {
    await client.end();
  }
}

function readPasswords({
  WORKER_PASSWORD: worker,
  SCALER_PASSWORD: scaler,
}: NodeJS.ProcessEnv): RolePasswords | undefined {
  if (worker && scaler) return { worker, scaler };
  if (!worker && !scaler) return undefined;
  throw new SettingsError([
    "WORKER_PASSWORD and SCALER_PASSWORD must both be set, or neither (two roles log in); got one of them",
  ]);
}
