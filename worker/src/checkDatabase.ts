import type pg from "pg";
import { SettingsError } from "./errors.ts";
import type { RoleNames } from "./roles.ts";
import { mayActAs } from "./schemaOwner.ts";

/** What a database must provide beyond the migrations. */
export interface DatabaseRequirements {
  /**
   * How many connections workers, KEDA and the migration may have at once: the sum of the batches' `maxReplicaCount` plus a few.
   *
   * @default - not checked
   */
  readonly connections?: number;
  /**
   * Whether all of them log in as the connection's own role.
   *
   * @default false
   */
  readonly oneRole?: boolean;
  /**
   * Roles to be created, or whose passwords are to be changed.
   *
   * @default - none
   */
  readonly roles?: RoleNames;
}

/** The oldest major version that has everything used here. */
const OLDEST = 14;
const NEWEST_TESTED = 18;

/** The encodings whose text PostgreSQL cannot convert to UTF-8, which workers use. */
const UNCONVERTIBLE = ["SQL_ASCII", "MULE_INTERNAL"];

const DEVELOPMENT_VERSION =
  "the database must be empty or created by this version of postgres-batch (it is the first release); got one of a development version. " +
  "Save what you need, then: drop schema batch cascade; drop table if exists public.batch_migration, public.make_it_clap cascade";

/**
 * Checks everything that the migration, the workers and KEDA need of a database, before anything changes in it.
 *
 * @throws SettingsError listing everything that is missing.
 */
export async function checkDatabase(client: pg.ClientBase, wanted: DatabaseRequirements = {}): Promise<void> {
  const { rows } = await client.query<Facts>(FACTS, [wanted.roles ? [wanted.roles.worker, wanted.roles.scaler] : []]);
  const [facts] = rows;
  if (facts === undefined) throw new Error("cannot check the database: the query returned no row");
  const problems = [...checkServer(facts, wanted), ...checkSchema(facts), ...checkRights(facts, wanted)];
  if (problems.length > 0) throw new SettingsError(problems);
}

/**
 * The column `unqueued_above` is the last change of a migration
 * that development versions had already applied. Catalogs, not to_regclass(), which fails without a right on the schema.
 */
const FACTS = `
  select current_setting('server_version') as version, current_setting('server_version_num')::integer / 10000 as major,
         pg_is_in_recovery() as replica, current_setting('server_encoding') as encoding, quote_ident(current_database()) as name,
         current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
           - coalesce(current_setting('reserved_connections', true), '0')::integer as connections,
         (select datconnlimit from pg_database where datname = current_database()) as "connectionLimit",
         quote_ident(current_user) as me, r.rolconnlimit as "roleLimit", r.rolsuper as super, r.rolcreaterole as "createsRoles",
         has_database_privilege(current_database(), 'create') as "createsSchemas",
         n.oid is not null as "hasSchema",
         quote_ident(pg_get_userbyid(n.nspowner)) as owner, coalesce(${mayActAs("n.nspowner")}, true) as "isOwner",
         (
           select quote_ident(o.rolname) from pg_roles o where o.rolsuper and (o.oid = n.nspowner or exists (
             select from pg_proc f
             where f.proowner = o.oid and f.pronamespace = n.oid and f.prosecdef and f.proname !~ '^(row|keys)[$]'
           )) limit 1
         ) as "superuserRuns",
         exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'migration') as ours,
         exists (select from pg_class c where c.relnamespace = u.oid and c.relname = 'batch_migration') or exists (
           select from pg_class c
           where c.relnamespace = n.oid and c.relname = 'kind'
             and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'unqueued_above' and not a.attisdropped)
         ) as development,
         exists (select from pg_class c where c.relnamespace = u.oid and c.relname = 'make_it_clap') as "hasSample",
         u.oid is not null as "hasPublic",
         coalesce(has_schema_privilege(u.oid, 'create'), false) as "createsTables",
         array(
           select quote_ident(b.rolname) from pg_roles b
           where b.rolname = any ($1::text[]) and not (
             r.rolsuper or r.rolcreaterole and (
               current_setting('server_version_num')::integer < 160000 or pg_has_role(b.oid, 'member with admin option')
             )
           )
         ) as "foreignRoles",
         array(
           select quote_ident(b.rolname) from pg_roles b where b.rolname = any ($1::text[]) and b.rolvaliduntil <= now() order by 1
         ) as "expiredRoles",
         array(
           select distinct b.rolname::text from pg_roles b
           join pg_shdepend s on s.refclassid = 'pg_authid'::regclass and s.refobjid = b.oid
           join pg_database d on d.oid = s.dbid
           where b.rolname = any ($1::text[]) and d.datname <> current_database()
           order by 1
         ) as "rolesUsedElsewhere"
  from pg_roles r left join pg_namespace n on n.nspname = 'batch' left join pg_namespace u on u.nspname = 'public'
  where r.rolname = current_user`;

interface Facts {
  readonly version: string;
  readonly major: number;
  readonly replica: boolean;
  readonly encoding: string;
  readonly name: string;
  readonly connections: number;
  readonly connectionLimit: number;
  readonly me: string;
  readonly roleLimit: number;
  readonly super: boolean;
  readonly createsRoles: boolean;
  readonly createsSchemas: boolean;
  readonly hasSchema: boolean;
  readonly owner: string | null;
  readonly isOwner: boolean;
  /** A superuser with whose rights functions of the schema run, or new ones would, other than those that read a table as its owner. */
  readonly superuserRuns: string | null;
  readonly ours: boolean;
  readonly development: boolean;
  readonly hasSample: boolean;
  readonly hasPublic: boolean;
  readonly createsTables: boolean;
  readonly foreignRoles: readonly string[];
  readonly expiredRoles: readonly string[];
  /** Roles with rights in other databases of the server. */
  readonly rolesUsedElsewhere: readonly string[];
}

/** A server's version is too old; `got` is the version, or how the server shows that. */
export function describeOldVersion(got: string): string {
  return `PostgreSQL must be version ${OLDEST} to ${NEWEST_TESTED} (older versions lack features that the queue uses); got ${got}`;
}

function* checkServer(facts: Facts, { connections, oneRole }: DatabaseRequirements): Iterable<string> {
  if (facts.major < OLDEST) yield describeOldVersion(facts.version);
  if (facts.replica) yield "the server must be a primary (a replica can only be read); got a replica";
  if (UNCONVERTIBLE.includes(facts.encoding)) {
    yield `the database's encoding must be one that PostgreSQL can convert to UTF8 (workers use it); got ${facts.encoding}`;
  }
  if (connections === undefined) return;
  if (facts.connections < connections) {
    yield `max_connections must allow ${connections} connections (one for each worker, and KEDA's); got ${facts.connections}, not counting reserved ones`;
  }
  if (facts.connectionLimit >= 0 && facts.connectionLimit < connections) {
    yield `the connection limit of the database ${facts.name} must be at least ${connections}; got ${facts.connectionLimit}`;
  }
  // PostgreSQL limits no superuser.
  if (oneRole && !facts.super && facts.roleLimit >= 0 && facts.roleLimit < connections) {
    yield `the connection limit of the role ${facts.me} must be at least ${connections}; got ${facts.roleLimit}`;
  }
}

function* checkSchema(facts: Facts): Iterable<string> {
  if (facts.development) yield DEVELOPMENT_VERSION;
  else if (facts.hasSchema && !facts.ours) {
    yield "the schema batch must belong to postgres-batch (it contains the queue); got another program's schema. Use another database, or, if the schema is empty: drop schema batch";
  } else if (facts.superuserRuns !== null) {
    yield `the schema batch and its functions must belong to a role that is no superuser (they run with its rights, and read what others write); got ${facts.superuserRuns}, as after pg_restore --no-owner. docs/operations.md has the statement that returns them to batch_owner`;
  }
}

function* checkRights(facts: Facts, { roles }: DatabaseRequirements): Iterable<string> {
  if (!facts.hasSchema && !facts.createsSchemas) {
    yield `the role ${facts.me} must have the right to create schemas (grant create on database ${facts.name} to ${facts.me}); it does not`;
  }
  if (facts.hasSchema && !facts.isOwner) {
    const grant =
      facts.major < 16
        ? `grant ${facts.owner} to ${facts.me}; alter role ${facts.me} inherit`
        : `grant ${facts.owner} to ${facts.me} with inherit true, set true`;
    yield `the role ${facts.me} must be a member of ${facts.owner}, which owns the schema batch, with its rights (${grant}); it is not`;
  }
  if (!facts.hasPublic) {
    yield "the database must have the schema public (the sample's table is created there: create schema public); it does not";
  } else if (!facts.hasSample && !facts.createsTables) {
    yield `the role ${facts.me} must have the right to create tables in the schema public (grant create on schema public to ${facts.me}); it does not`;
  }
  if (!roles) return;
  if (!facts.super && !facts.createsRoles) {
    yield `the role ${facts.me} must have the attribute CREATEROLE (WORKER_PASSWORD and SCALER_PASSWORD are set); it does not`;
  } else if (facts.foreignRoles.length > 0) {
    const names = facts.foreignRoles.join(", ");
    yield `the role ${facts.me} must have ADMIN OPTION on ${names} (another role created them: grant ${names} to ${facts.me} with admin option); it does not`;
  }
  for (const role of facts.expiredRoles) {
    yield `the password of ${role} must not have expired (PostgreSQL would refuse a new one as well: alter role ${role} valid until 'infinity'); it has`;
  }
  // A database with a queue may be a copy of another one, and is to have the same roles.
  if (!facts.ours && facts.rolesUsedElsewhere.length > 0) {
    yield `the roles to create must have no rights in another database (roles belong to the server, and new passwords would lock out that database's workers and poll); got ${facts.rolesUsedElsewhere.join(", ")}. Choose other names (database.existing.rolePrefix)`;
  }
}
