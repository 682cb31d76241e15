import type { Database } from "../database.ts";
import { LostError } from "../errors.ts";
import { type AttemptKey, type EndStatus, keyValues, type OwnReason } from "./attempt.ts";

/**
 * What this session has recorded of an attempt before, when the answer got lost; `reason` is null for a success.
 *
 * @throws LostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function recall(database: Database, key: AttemptKey, reason: OwnReason | null): Promise<EndStatus> {
  const [row] = await database.run<{ status: EndStatus }>("recall", [...keyValues(key), reason]);
  if (row === undefined) throw new LostError(key.request, key.iteration);
  return row.status;
}
