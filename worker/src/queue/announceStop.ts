import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";

/**
 * Records that this worker was asked to stop and how long it may still take, so that its Job's next pod waits for it.
 *
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's.
 */
export async function announceStop(database: Database, key: AttemptKey, graceSeconds: number): Promise<void> {
  const rows = await database.run("announce_stop", [...keyValues(key), graceSeconds]);
  if (rows.length === 0) throw new OwnershipLostError(key.requestId, key.attempt);
}
