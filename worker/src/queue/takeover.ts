import type { Database } from "../database.ts";

/**
 * Ends the connection of a previous pod of the same Job that does not answer: its machine hangs, or its process is stopped.
 *
 * @returns whether a connection is being ended; false (zero rows): none holds the session's lock any more.
 */
export async function takeover(database: Database, session: number): Promise<boolean> {
  const rows = await database.run<{ ended: boolean }>("takeover", [session]);
  return rows.some(({ ended }) => ended);
}
