import type { TestDatabase } from "../support/database.ts";

/** Gives the triggers of the table `parcels` to its copy, as a dump of the table restored under another name has them. */
export async function copyTriggers({ query }: Pick<TestDatabase, "query">): Promise<void> {
  const triggers = await query<{ sql: string }>(
    "select replace(pg_get_triggerdef(oid), 'public.parcels ', 'public.parcels_copy ') as sql from pg_trigger where tgrelid = 'parcels'::regclass",
  );
  for (const { sql } of triggers) await query(sql);
}
