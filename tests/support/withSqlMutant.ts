import assert from "node:assert/strict";
import type { TestDatabase } from "./database.ts";

/** A function of the schema batch, a part of its text, and what breaks it. */
export type SqlMutant = readonly [name: string, text: string, instead: string];

/** Does some work while a function is broken. */
export async function withSqlMutant<T>(
  { query }: Pick<TestDatabase, "query">,
  [name, text, instead]: SqlMutant,
  work: () => Promise<T>,
): Promise<T> {
  const [row] = await query<{ sql: string }>(
    "select pg_get_functiondef(oid) as sql from pg_proc where pronamespace = 'batch'::regnamespace and proname = $1",
    [name],
  );
  const { sql } = row ?? { sql: "" };
  assert.ok(sql.includes(text), `batch.${name} must contain ${text}`);
  await query(sql.replace(text, instead));
  try {
    return await work();
  } finally {
    await query(sql);
  }
}
