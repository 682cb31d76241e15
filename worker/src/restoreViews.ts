import type pg from "pg";
import type { Log } from "./log.ts";
import type { Migration } from "./migrationFiles.ts";
import { asOwner } from "./schemaOwner.ts";

/** A view of the schema batch in a migration, with its comment. */
const VIEW = /^create view (?<name>batch\.\w+) as\n.*?;\n(?:\ncomment on view \k<name> is.*?;\n)?/gms;

/**
 * Creates the views of the schema `batch` that somebody has dropped, as the applied migrations created them. Runs in the caller's
 * transaction. What else was dropped with them (`cascade`) is not known here.
 */
export async function restoreViews(
  client: pg.ClientBase,
  applied: readonly Migration[],
  owner: string,
  log: Log,
): Promise<void> {
  const views = new Map(
    applied.flatMap(({ text }) => [...text.matchAll(VIEW)].map((match) => [match.groups?.name, match[0]])),
  );
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) with ordinality as v (name, ordinal) where to_regclass(name) is null order by ordinal",
    [[...views.keys()]],
  );
  const missing = rows.map(({ name }) => name);
  if (missing.length === 0) return;
  await asOwner(client, owner, async () => {
    for (const name of missing) await client.query(views.get(name) as string);
  });
  log.info("views restored", { views: missing });
}
