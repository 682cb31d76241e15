import type { Database } from "../database.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";
import { recall } from "./recall.ts";

/**
 * Records SUCCESS and takes the request out of the queue.
 *
 * @throws OwnershipLostError when the attempt is no longer this session's; nothing was changed.
 */
export async function succeed(database: Database, key: AttemptKey): Promise<void> {
  const rows = await database.run("succeed", keyValues(key));
  if (rows.length === 0) await recall(database, key, null);
}
