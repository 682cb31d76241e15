import type { Database } from "../database.ts";
import { LostError } from "../errors.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";

/**
 * Takes the session lock back after the connection broke.
 *
 * @returns whether it is held; false: somebody still holds it (the broken connection, until the server notices), ask
 *   again shortly.
 * @throws LostError (zero rows) when the attempt is no longer this session's.
 */
export async function resume(database: Database, key: AttemptKey): Promise<boolean> {
  const [row] = await database.run<{ held: boolean }>("resume", keyValues(key));
  if (row === undefined) throw new LostError(key.request, key.iteration);
  return row.held;
}
