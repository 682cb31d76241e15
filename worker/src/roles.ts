import { readFileSync } from "node:fs";
import type pg from "pg";
import { LOCK_MIGRATIONS } from "./advisoryLocks.ts";
import { repeatRoleConflicts } from "./repeatRoleConflicts.ts";
import { scramVerifier } from "./scram.ts";

/** The passwords of the two roles that log in. */
export interface RolePasswords {
  /** Of `batch_worker`, which claims and finishes requests. */
  readonly worker: string;
  /** Of `batch_scaler`, which runs the scaling query. */
  readonly scaler: string;
}

/** The names of the two roles that log in. */
export interface RoleNames {
  readonly worker: string;
  readonly scaler: string;
}

/** The default names. */
export const DEFAULT_ROLES: RoleNames = { worker: "batch_worker", scaler: "batch_scaler" };

const SQL = new URL("../../sql/", import.meta.url);

/**
 * Creates the roles that are missing, changes their passwords, and grants them their rights.
 *
 * @param passwords - undefined: existing passwords stay, and new roles cannot log in
 */
export async function createRoles(
  client: pg.ClientBase,
  passwords: RolePasswords | undefined,
  names: RoleNames = DEFAULT_ROLES,
): Promise<void> {
  try {
    await repeatRoleConflicts(() => createRolesOnce(client, passwords, names));
  } catch (error) {
    throw new Error(`cannot create the roles of sql/roles.sql: ${(error as Error).message}`, { cause: error });
  }
}

async function createRolesOnce(
  client: pg.ClientBase,
  passwords: RolePasswords | undefined,
  names: RoleNames,
): Promise<void> {
  await client.query("begin isolation level read committed read write");
  try {
    await client.query(LOCK_MIGRATIONS);
    await setNames(client, names);
    await client.query(
      "select set_config('postgres_batch.worker_password', $1, true), set_config('postgres_batch.scaler_password', $2, true)",
      passwords ? [scramVerifier(passwords.worker), scramVerifier(passwords.scaler)] : ["", ""],
    );
    await client.query(readFileSync(new URL("roles.sql", SQL), "utf8"));
    await client.query(readFileSync(new URL("grants.sql", SQL), "utf8"));
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/**
 * Grants the roles their rights again if they exist, since a function that was dropped and recreated has lost its grants. Runs in
 * the caller's transaction.
 *
 * @returns whether both exist; otherwise nothing is granted.
 */
export async function grantRights(client: pg.ClientBase, names: RoleNames = DEFAULT_ROLES): Promise<boolean> {
  if ((await findMissingRoles(client, names)).length > 0) return false;
  await setNames(client, names);
  await client.query(readFileSync(new URL("grants.sql", SQL), "utf8"));
  return true;
}

/** Those of the two roles that do not exist. */
export async function findMissingRoles(client: pg.ClientBase, { worker, scaler }: RoleNames): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest(array[$1, $2]) as wanted (name) where name not in (select rolname from pg_roles)",
    [worker, scaler],
  );
  return rows.map(({ name }) => name);
}

/** Sets the names for roles.sql and grants.sql, for the session. */
async function setNames(client: pg.ClientBase, { worker, scaler }: RoleNames): Promise<void> {
  await client.query(
    "select set_config('postgres_batch.worker_role', $1, false), set_config('postgres_batch.scaler_role', $2, false)",
    [worker, scaler],
  );
}
