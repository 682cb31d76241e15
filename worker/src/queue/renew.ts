import type { Database } from "../database.ts";
import type { Settings } from "../settings.ts";
import { type AttemptKey, keyValues, ownedRow } from "./attempt.ts";
import { zeroAsNull } from "./claim.ts";

/**
 * Re-acquires the session lock after the connection broke, or renews the lease.
 *
 * @returns whether the attempt is kept, or the program has finished the request; false: another connection still holds the lock (the broken
 *   one, until the server notices), or a transaction of the program itself has locked the attempt (`batch.own()`); call again shortly
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's.
 */
export async function renew(
  database: Database,
  key: AttemptKey,
  { leaseSeconds }: Pick<Settings, "leaseSeconds">,
): Promise<boolean> {
  const rows = await database.run<{ kept: boolean }>("renew", [...keyValues(key), zeroAsNull(leaseSeconds)]);
  return ownedRow(rows, key).kept;
}
