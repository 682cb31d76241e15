import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import type { Settings } from "../settings.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";
import { leaseValue } from "./claim.ts";

/**
 * Takes the session lock back after the connection broke, or renews the lease.
 *
 * @returns whether the attempt is kept; false: somebody still holds the lock (the broken connection, until the server
 *   notices), ask again shortly.
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's.
 */
export async function resume(
  database: Database,
  key: AttemptKey,
  settings: Pick<Settings, "leaseSeconds">,
): Promise<boolean> {
  const [row] = await database.run<{ kept: boolean }>("resume", [...keyValues(key), leaseValue(settings)]);
  if (row === undefined) throw new OwnershipLostError(key.request, key.iteration);
  return row.kept;
}
