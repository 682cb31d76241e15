import type { Database } from "../database.ts";
import { type AttemptKey, type EndStatus, keyValues, ownedRow } from "./attempt.ts";
import { storedText } from "./fail.ts";

/**
 * Ends an attempt whose work asked to be run later; no Job is kept for it in the meantime.
 *
 * @returns `FAILED` when it will be run again, `DEAD` when its deferral limit is used up or the request was canceled meanwhile (its
 *   row was deleted, or its kind detached), `SUCCESS` when the program had already finished the request.
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function defer(
  database: Database,
  key: AttemptKey,
  { afterSeconds, message }: { readonly afterSeconds: number; readonly message: string },
): Promise<EndStatus> {
  const values = [...keyValues(key), afterSeconds, storedText(message)];
  const rows = await database.run<{ status: EndStatus }>("defer", values);
  return ownedRow(rows, key).status;
}
