import type { Database } from "../database.ts";
import { type AttemptKey, keyValues, ownedRow } from "./attempt.ts";

/**
 * Records SUCCESS and removes the request from the queue.
 *
 * @param result - JSON text of what the work returned; null: nothing
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function succeed(database: Database, key: AttemptKey, result: string | null = null): Promise<void> {
  ownedRow(await database.run("succeed", [...keyValues(key), result]), key);
}
