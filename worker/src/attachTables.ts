import type pg from "pg";
import { SettingsError } from "./errors.ts";
import type { Log } from "./log.ts";
import { withHint } from "./withHint.ts";

/** A table that becomes a batch. */
export interface Attachment {
  readonly kind: string;
  /** As written in SQL: `public.pages`, `"Pages"`. */
  readonly table: string;
  /** The column that holds a request's own timeout in seconds. @default - the one with which the table was attached before, if any */
  readonly timeoutColumn?: string;
}

const ATTACH = `
  select batch.attach($1::text::regclass, $2, coalesce(
    $3::name, (select k.timeout_column from batch.kind k where k.kind = $2 and k.requests = $1::text::regclass and k.attached)
  ))`;

const FORM = '[{"kind": "page", "table": "public.pages", "timeoutColumn": "seconds"}], timeoutColumn optional';

/**
 * Reads the environment's ATTACH: a JSON list of tables.
 *
 * @throws SettingsError naming everything that is wrong.
 */
export function readAttachments(text: string | undefined): readonly Attachment[] {
  if (!text) return [];
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list))
    throw new SettingsError([`ATTACH must be a JSON list, ${FORM}; got ${JSON.stringify(text)}`]);
  const problems = list.flatMap((entry: unknown) => checkEntry(entry));
  const kinds = list.map((entry: Partial<Attachment> | null) => entry?.kind);
  for (const kind of new Set(kinds.filter((each, index) => each !== undefined && kinds.indexOf(each) !== index))) {
    problems.push(`ATTACH must name each kind once (a kind belongs to one table); got ${JSON.stringify(kind)} twice`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return list;
}

function checkEntry(entry: unknown): string[] {
  const keys = typeof entry === "object" && entry !== null && !Array.isArray(entry) ? Object.entries(entry) : undefined;
  const known = ["kind", "table", "timeoutColumn"];
  const valid =
    keys?.every(([key, value]) => known.includes(key) && typeof value === "string" && value !== "") &&
    ["kind", "table"].every((key) => keys.some(([each]) => each === key));
  return valid ? [] : [`each entry of ATTACH must be as in ${FORM}; got ${JSON.stringify(entry)}`];
}

/**
 * Attaches tables, each in a separate transaction; one that is already attached is repaired if something is missing (batch.attach).
 *
 * @throws Error naming the table, with PostgreSQL's message; the tables before it have been attached.
 */
export async function attachTables(client: pg.ClientBase, attachments: readonly Attachment[], log: Log): Promise<void> {
  for (const { kind, table, timeoutColumn } of attachments) {
    try {
      await client.query("begin isolation level read committed read write");
      await client.query(ATTACH, [table, kind, timeoutColumn ?? null]);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      const { code = "" } = error as { readonly code?: string };
      const advice =
        (await adviseRenamed(client, kind, table)) || (NOT_FOUND.includes(code) ? adviseQuotes(table) : "");
      throw new Error(`cannot attach ${table} as the kind ${kind}: ${withHint(error as Error)}${advice}`, {
        cause: error,
      });
    }
    log.info("attached", { kind, table });
  }
}

/** undefined_table, invalid_schema_name */
const NOT_FOUND = ["42P01", "3F000"];

/** The kind's table may have been renamed or moved since. If that cannot be found out (the connection broke), there is no advice. */
async function adviseRenamed(client: pg.ClientBase, kind: string, table: string): Promise<string> {
  const renamed = `select k.requests::text as table from batch.kind k join pg_class c on c.oid = k.requests
    where k.kind = $1 and k.attached and k.requests <> coalesce(to_regclass($2)::oid, 0)`;
  const found = await client.query<{ table: string }>(renamed, [kind, table]).catch(() => ({ rows: [] }));
  const [attached] = found.rows;
  return attached === undefined ? "" : `. The kind is attached to ${attached.table}: name that table instead`;
}

/** A shell and YAML remove the double quotes from `"Pages"`. */
function adviseQuotes(table: string): string {
  if (!/[A-Z]/.test(table) || table.includes('"')) return "";
  const quoted = table.split(".").map((name) => `"${name}"`);
  return ` (in SQL a name with capitals needs double quotes: '${quoted.join(".")}')`;
}
