import { randomUUID } from "node:crypto";
import type pg from "pg";

const MARK = "postgres_batch.direct";

/** Random, because a database or a role can carry any setting, which a pooler's sessions have as well. */
const VALUE = randomUUID();

/** A setting without effect, sent with a connection's settings: if the session lacks it, a pooler has ignored them all. */
export const DIRECT: Readonly<Record<string, string>> = { [MARK]: VALUE };

/** Part of connecting; not in sql/statements because it changes nothing, as the query of hasLostRole.ts. */
export const INSPECTION =
  "select current_setting($1, true) as mark, current_setting('transaction_timeout', true) as limit";

/**
 * What a connection that was opened with `DIRECT` turned out to be: a session of the server, to itself; one whose transactions have a time
 * limit (PostgreSQL 17 and newer: `transaction_timeout`); or a pooler's.
 */
export async function inspectSession(client: pg.ClientBase): Promise<"direct" | "limited" | "pooled"> {
  try {
    const { rows } = await client.query<{ mark: string | null; limit: string | null }>(INSPECTION, [MARK]);
    if (rows[0]?.mark !== VALUE) return "pooled";
    return (rows[0].limit ?? "0") === "0" ? "direct" : "limited";
  } catch (error) {
    // transaction_timeout
    if ((error as { code?: string }).code === "25P04") return "limited";
    throw error;
  }
}

/** Whether a connection failed because a pooler (PgBouncer) accepts no settings. */
export function isRefusalByPooler(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/.test(error.message);
}
