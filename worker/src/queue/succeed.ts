import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";

/**
 * Records SUCCESS and removes the request from the queue.
 *
 * @param result - JSON text of what the work returned; null: nothing
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function succeed(database: Database, key: AttemptKey, result: string | null = null): Promise<void> {
  const rows = await database.run("succeed", [...keyValues(key), result]);
  if (rows.length === 0) throw new OwnershipLostError(key.requestId, key.attempt);
}
