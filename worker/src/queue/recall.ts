import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import { type AttemptKey, type EndStatus, keyValues, type Reason } from "./attempt.ts";

/**
 * What this session has recorded of an attempt before, when the answer got lost; `reason` is null for a success.
 *
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function recall(database: Database, key: AttemptKey, reason: Reason | null): Promise<EndStatus> {
  const [row] = await database.run<{ status: EndStatus }>("recall", [...keyValues(key), reason]);
  if (row === undefined) throw new OwnershipLostError(key.request, key.iteration);
  return row.status;
}
