import type pg from "pg";

/** The role that owns the schema `batch` and nothing else: its functions run with its rights, not with a superuser's. */
export const SCHEMA_OWNER = "batch_owner";

/**
 * Returns the role that will own the schema `batch`: `batch_owner`, created if this role may create roles, with this role as a
 * member; an existing `batch_owner` of which this role is or may become a member; otherwise this role itself. Before version 16 also
 * for a role with NOINHERIT, which as a member would lack the owner's rights.
 */
export async function prepareSchemaOwner(client: pg.ClientBase): Promise<string> {
  // A member may lack the rights (USAGE: NOINHERIT, and since version 16 each grant), or be unable to create objects for the role (SET).
  const { rows } = await client.query<{
    me: string;
    creates: boolean;
    exists: boolean;
    usable: boolean;
    grants: boolean;
    options: string;
  }>(
    `select quote_ident(current_user) as me, (r.rolsuper or r.rolcreaterole) and v.inherits as creates, o.oid is not null as exists,
            coalesce(${mayActAs("o.oid")}, false) as usable,
            coalesce(
              r.rolsuper or (pg_has_role(o.oid, 'member with admin option') or r.rolcreaterole and v.old) and v.inherits,
              false
            ) as grants,
            case when v.old then '' else ' with inherit true, set true' end as options
     from pg_roles r left join pg_roles o on o.rolname = $1,
          lateral (select current_setting('server_version_num')::integer < 160000) as s (old),
          lateral (select s.old, not s.old or r.rolsuper or r.rolinherit as inherits) as v
     where r.rolname = current_user`,
    [SCHEMA_OWNER],
  );
  const [role] = rows;
  if (role === undefined) throw new Error("cannot read pg_roles: it has no row for the current role");
  if (role.exists && role.usable) return SCHEMA_OWNER;
  if (role.exists ? !role.grants : !role.creates) return role.me;
  if (!role.exists) await client.query(`create role ${SCHEMA_OWNER}`);
  await client.query(`grant ${SCHEMA_OWNER} to current_user${role.options}`);
  return SCHEMA_OWNER;
}

/** SQL: whether the current role has the rights of another one, whose OID it is, and can create objects for it. */
export function mayActAs(oid: string): string {
  return `case when current_setting('server_version_num')::integer < 160000 then pg_has_role(${oid}, 'usage')
            else pg_has_role(${oid}, 'usage') and pg_has_role(${oid}, 'set') end`;
}

/**
 * Runs `work` with the rights of the schema's owner, so that the objects it creates belong to it. Afterwards the session has its role
 * again, which may differ from the one that logged in (`alter role ... set role`). `owner` is quoted if necessary.
 */
export async function asOwner(client: pg.ClientBase, owner: string, work: () => Promise<unknown>): Promise<void> {
  const { rows } = await client.query<{ role: string }>("select current_setting('role') as role");
  await client.query(`set local role ${owner}`);
  await work();
  await client.query("select set_config('role', $1, true)", [rows[0]?.role]);
}
