import type pg from "pg";
import type { Log } from "./log.ts";
import type { SqlFunction } from "./migrationFiles.ts";
import { asOwner } from "./schemaOwner.ts";

/** PostgreSQL's code when a function's result type or parameter names change: it must be dropped first. */
const INVALID_FUNCTION_DEFINITION = "42P13";

/** PostgreSQL's code when something of the user's (a view, a function) uses what is to be dropped. */
const DEPENDENT_OBJECTS_STILL_EXIST = "2BP01";

/**
 * Creates the functions that are missing or whose files have changed, and drops those whose files have been removed. Runs in the caller's
 * transaction.
 *
 * @returns the names of the functions that were created or replaced.
 * @throws Error naming the file that PostgreSQL refuses, or that does not create its function, or the objects that use a function that is
 *   to be dropped.
 */
export async function applyFunctions(
  client: pg.ClientBase,
  functions: readonly SqlFunction[],
  owner: string,
  log: Log,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; hash: string }>("select name, hash from batch.function");
  const known = new Map(rows.map(({ name, hash }) => [name, hash]));
  const before = await findFunctions(client);
  // Not only by its hash: somebody may have dropped it.
  const changed = functions.filter(({ name, hash }) => known.get(name) !== hash || before.get(name)?.size !== 1);
  const removed = [...known.keys()].filter((name) => !functions.some((file) => file.name === name));
  if (changed.length + removed.length === 0) return [];
  const names = changed.map(({ name }) => name);
  await asOwner(client, owner, async () => {
    // Functions may call each other in any order.
    await client.query("set local check_function_bodies = off");
    for (const name of removed) await drop(client, before.get(name));
    for (const file of changed) {
      if (isAmbiguous(before.get(file.name))) await drop(client, before.get(file.name));
      await create(client, file, before.get(file.name));
    }
    await dropReplaced(client, changed, before);
    await client.query("delete from batch.function where name = any ($1)", [removed]);
    await client.query(
      `insert into batch.function (name, hash) select * from unnest($1::text[], $2::text[])
       on conflict (name) do update set hash = excluded.hash`,
      [names, changed.map(({ hash }) => hash)],
    );
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
  if (known.size > 0) log.info("functions replaced", { changed: names, removed });
  return names;
}

/** Whether two functions have one name: a dump of another version, restored over this one, leaves those that it does not know. */
function isAmbiguous(found: Signatures = new Map()): boolean {
  return found.size > 1;
}

async function create(client: pg.ClientBase, { name, text }: SqlFunction, before?: Signatures): Promise<void> {
  try {
    try {
      // One round trip: a migration over a slow network has one for each function.
      await client.query(`savepoint one_function; ${text}`);
    } catch (error) {
      if ((error as { code?: string }).code !== INVALID_FUNCTION_DEFINITION) throw error;
      await client.query("rollback to savepoint one_function");
      await drop(client, before);
      await client.query(text);
    }
  } catch (error) {
    throw new Error(refusal(name, (error as Error).message), { cause: error });
  }
}

/** Drops the functions that were not replaced in place, but got a successor with other parameters beside them. */
async function dropReplaced(
  client: pg.ClientBase,
  changed: readonly SqlFunction[],
  functionsBefore: ReadonlyMap<string, Signatures>,
): Promise<void> {
  const functionsAfter = await findFunctions(client);
  for (const { name } of changed) {
    const [before, after] = [functionsBefore.get(name), functionsAfter.get(name)];
    if (after === undefined)
      throw new Error(
        refusal(name, `the file must create the function batch.${name} (it is named after it); got none`),
      );
    if ([...after.keys()].every((oid) => before?.has(oid))) continue;
    await drop(client, new Map([...after].filter(([oid]) => before?.has(oid))));
  }
}

function refusal(name: string, reason: string): string {
  return `cannot create the function of sql/functions/${name}.sql: ${reason}. The database stays as it was`;
}

/** The functions of one name, by OID. */
type Signatures = ReadonlyMap<number, string>;

/** The functions of the schema by name. */
async function findFunctions(client: pg.ClientBase): Promise<ReadonlyMap<string, Signatures>> {
  const { rows } = await client.query<{ name: string; oid: number; signature: string }>(
    "select proname as name, oid, oid::regprocedure::text as signature from pg_proc where pronamespace = 'batch'::regnamespace",
  );
  const byName = Map.groupBy(rows, ({ name }) => name);
  return new Map(
    [...byName].map(([name, found]) => [name, new Map(found.map(({ oid, signature }) => [oid, signature]))]),
  );
}

async function drop(client: pg.ClientBase, found: Signatures = new Map()): Promise<void> {
  for (const signature of found.values()) {
    try {
      await client.query(`drop function ${signature}`);
    } catch (error) {
      const { code, message, detail = message } = error as pg.DatabaseError;
      if (code !== DEPENDENT_OBJECTS_STILL_EXIST) throw error;
      throw new Error(
        `cannot drop ${signature}, which this version replaces: ${detail.replaceAll("\n", "; ")}. ` +
          "Drop what depends on it, migrate, and create that again",
        { cause: error },
      );
    }
  }
}
