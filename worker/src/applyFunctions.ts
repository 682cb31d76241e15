import type pg from "pg";
import type { Log } from "./log.ts";
import type { SqlFunction } from "./migrationFiles.ts";
import { asOwner } from "./schemaOwner.ts";

/** PostgreSQL's code when a function's result type or parameter names change: it must be dropped first. */
const INVALID_FUNCTION_DEFINITION = "42P13";

/**
 * Creates the functions whose files are new or have changed, and drops those whose files have been removed. Runs in the caller's
 * transaction.
 *
 * @throws Error naming the file that PostgreSQL refuses.
 */
export async function applyFunctions(
  client: pg.ClientBase,
  functions: readonly SqlFunction[],
  owner: string,
  log: Log,
): Promise<void> {
  const { rows } = await client.query<{ name: string; hash: string }>("select name, hash from batch.function");
  const known = new Map(rows.map(({ name, hash }) => [name, hash]));
  const changed = functions.filter(({ name, hash }) => known.get(name) !== hash);
  const removed = [...known.keys()].filter((name) => !functions.some((file) => file.name === name));
  if (changed.length + removed.length === 0) return;
  await asOwner(client, owner, async () => {
    // Functions may call each other in any order.
    await client.query("set local check_function_bodies = off");
    for (const name of removed) {
      await drop(client, await signatures(client, name));
      await client.query("delete from batch.function where name = $1", [name]);
    }
    for (const file of changed) await create(client, file);
    // The function's file names no kinds: the attached ones are added again.
    if (changed.some(({ name }) => name === "call_reader")) await client.query("select batch.connect_readers()");
    // PostgreSQL lets every role execute a new function; here only the owner may, and the roles that sql/grants.sql names.
    // Triggers still fire: inserting needs no right on batch.enqueue(). The readers of tables have other owners.
    await client.query(`do $$
      begin
        execute (
          select format('revoke execute on function %s from public', string_agg(f.oid::regprocedure::text, ', '))
          from pg_proc f where f.pronamespace = 'batch'::regnamespace and f.prokind = 'f' and pg_has_role(f.proowner, 'usage')
        );
      end $$`);
  });
  if (known.size > 0) log.info("functions replaced", { changed: changed.map(({ name }) => name), removed });
}

async function create(client: pg.ClientBase, { name, text, hash }: SqlFunction): Promise<void> {
  const before = await signatures(client, name);
  try {
    await client.query("savepoint one_function");
    try {
      await client.query(text);
    } catch (error) {
      if ((error as { code?: string }).code !== INVALID_FUNCTION_DEFINITION) throw error;
      await client.query("rollback to savepoint one_function");
      await drop(client, before);
      await client.query(text);
    }
    const after = await signatures(client, name);
    if (after.size === 0)
      throw new Error(`the file must create the function batch.${name} (it is named after it); got none`);
    // Replaced in place, or beside one with other parameters: that one is an earlier version.
    if ([...after.keys()].some((oid) => !before.has(oid))) await drop(client, intersection(before, after));
    await client.query(
      "insert into batch.function (name, hash) values ($1, $2) on conflict (name) do update set hash = excluded.hash",
      [name, hash],
    );
  } catch (error) {
    throw new Error(
      `cannot create the function of sql/functions/${name}.sql: ${(error as Error).message}. The database stays as it was`,
      { cause: error },
    );
  }
}

/** The functions with this name, by OID. */
async function signatures(client: pg.ClientBase, name: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: number; signature: string }>(
    "select oid, oid::regprocedure::text as signature from pg_proc where pronamespace = 'batch'::regnamespace and proname = $1",
    [name],
  );
  return new Map(rows.map(({ oid, signature }) => [oid, signature]));
}

function intersection(left: ReadonlyMap<number, string>, right: ReadonlyMap<number, string>): Map<number, string> {
  return new Map([...left].filter(([oid]) => right.has(oid)));
}

async function drop(client: pg.ClientBase, found: ReadonlyMap<number, string>): Promise<void> {
  for (const signature of found.values()) await client.query(`drop function ${signature}`);
}
