import type { Database } from "../database.ts";
import { LostError } from "../errors.ts";
import type { Settings } from "../settings.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";
import { leaseValue } from "./claim.ts";

/**
 * Takes the session lock back after the connection broke, or renews the lease.
 *
 * @returns whether the attempt is kept; false: somebody still holds the lock (the broken connection, until the server
 *   notices), ask again shortly.
 * @throws LostError (zero rows) when the attempt is no longer this session's.
 */
export async function resume(
  database: Database,
  key: AttemptKey,
  settings: Pick<Settings, "leaseSeconds">,
): Promise<boolean> {
  const [row] = await database.run<{ kept: boolean }>("resume", [...keyValues(key), leaseValue(settings)]);
  if (row === undefined) throw new LostError(key.request, key.iteration);
  return row.kept;
}
