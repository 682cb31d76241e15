import type pg from "pg";

const MARK = "postgres_batch.direct";

/** A setting without effect, to be sent with a connection's settings: a pooler that ignores them all is recognized by its absence. */
export const DIRECT: Readonly<Record<string, string>> = { [MARK]: "on" };

/** Whether a connection that was opened with `DIRECT` is a session of the server, to itself. */
export async function isDirect(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ mark: string | null }>("select current_setting($1, true) as mark", [MARK]);
  return rows[0]?.mark === "on";
}

/** Whether a connection failed because a pooler (PgBouncer) accepts no settings. */
export function isPoolersRefusal(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/.test(error.message);
}
