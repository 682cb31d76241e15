import pg from "pg";
import { repeatRoleConflicts } from "../../worker/src/repeatRoleConflicts.ts";
import { createRoles, grantRights } from "../../worker/src/roles.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import { writeAuthorities } from "./writeAuthorities.ts";

/** The role as which a command connects to the run's own server, which requires no password. */
const PROGRAM_ROLE = "batch_command";

/**
 * Makes sure that commands can call `batch.own()`, `batch.checkpoint()` and `batch.finish()`. On the run's own server they connect
 * as a role that may do only this and what the SQL file grants to `batch_program`, as they should on a cluster; on the server of
 * DATABASE_URL they connect as the URL's role, since such a server requires passwords. That role may be unable to create roles or to
 * grant them: it needs none if the schema `batch` is its own.
 *
 * @param directory - the run's, for a file of certificate authorities
 * @returns the variables by which libpq, and most drivers, find the database; the runner passes them on.
 * @throws Error when there are no such roles and they cannot be created, although commands need them.
 */
export async function prepareProgramRole(
  client: pg.Client,
  { env, exclusive }: Pick<LocalDatabase, "env" | "exclusive">,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  if (!(await grantRights(client))) {
    // The two roles that log in are for clusters, and the server may have one of them already: its password must stay.
    await createRoles(client, undefined).catch((error: Error) => {
      if (exclusive || !isForbidden(error.cause)) throw error;
    });
  }
  if (exclusive) {
    await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${PROGRAM_ROLE}') then create role ${PROGRAM_ROLE} login; end if;
      grant batch_program to ${PROGRAM_ROLE};
    end $$`);
  } else {
    await grantProgramRole(client);
  }
  const { PG_HOST = "", PG_PORT = "", PG_DATABASE = "", PG_USERNAME = "", PGPASSWORD, PG_CA_FILE } = env;
  const { PG_SSLMODE = "disable" } = env;
  return {
    COMMAND_ENV_PGHOST: PG_HOST,
    COMMAND_ENV_PGPORT: PG_PORT,
    COMMAND_ENV_PGDATABASE: PG_DATABASE,
    COMMAND_ENV_PGUSER: exclusive ? PROGRAM_ROLE : PG_USERNAME,
    COMMAND_ENV_PGSSLMODE: PG_SSLMODE,
    ...(PGPASSWORD === undefined ? {} : { COMMAND_ENV_PGPASSWORD: PGPASSWORD }),
    ...(PG_SSLMODE === "verify-full"
      ? { COMMAND_ENV_PGSSLROOTCERT: PG_CA_FILE ?? (await writeAuthorities(directory)) }
      : {}),
  };
}

/** Grants batch_program to the connection's role, if it may; without it the role must be able to call the functions anyway. */
async function grantProgramRole(client: pg.Client): Promise<void> {
  try {
    const grant = `do $$ begin
      if not pg_has_role('batch_program', 'usage') then execute format('grant batch_program to %I', current_user); end if;
    exception when insufficient_privilege or undefined_object then
      if not has_function_privilege('batch.own(text)', 'execute') then raise; end if;
    end $$`;
    await repeatRoleConflicts(() => client.query(grant));
  } catch (error) {
    throw new Error(
      `cannot let commands call batch.own() and batch.finish(): ${(error as Error).message}. ` +
        `A role that may do so must grant batch_program to ${client.user}`,
      { cause: error },
    );
  }
}

/** insufficient_privilege */
function isForbidden(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "42501";
}
