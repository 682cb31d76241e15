import type { TestDatabase } from "../support/database.ts";

/** Gives the triggers of the table `parcels` to its copy, as if a dump of it had been restored under another name. */
export async function copyTriggers({ query }: Pick<TestDatabase, "query">): Promise<void> {
  const triggers = await query<{ sql: string }>(`
    select replace(pg_get_triggerdef(oid), 'public.parcels ', 'public.parcels_copy ') as sql
    from pg_trigger where tgrelid = 'parcels'::regclass`);
  for (const { sql } of triggers) await query(sql);
}
