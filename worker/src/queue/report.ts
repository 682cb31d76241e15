import type { Database } from "../database.ts";
import { type AttemptKey, keyValues, ownedRow } from "./attempt.ts";

/** What a running attempt reports; absent values stay unchanged. */
export interface Report {
  readonly progress?: { readonly done: number; readonly total?: number };
  /** JSON text. */
  readonly checkpoint?: string;
}

/**
 * Records the progress and the checkpoint of a running attempt.
 *
 * @returns whether they are recorded, or need not be since the program has finished the request; false: a transaction of the program itself
 *   has locked the attempt (`batch.own()`); call again later
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function report(database: Database, key: AttemptKey, { progress, checkpoint }: Report): Promise<boolean> {
  const values = [progress === undefined ? null : JSON.stringify(progress), checkpoint ?? null];
  const rows = await database.run<{ recorded: boolean }>("report", [...keyValues(key), ...values]);
  return ownedRow(rows, key).recorded;
}
