import type { Database } from "../database.ts";
import { MAX_DESCRIPTION } from "../describeError.ts";
import { type AttemptKey, type EndStatus, keyValues, ownedRow, type Reason } from "./attempt.ts";

/** Why an attempt did not succeed. */
export interface Failure {
  /** Which limit it counts against. An `interrupted` request is free for any Job at once; otherwise it is reserved for its Job's next pod. */
  readonly reason: Exclude<Reason, "deferred">;
  readonly message: string;
  /** No retry can help: DEAD at once. */
  readonly final: boolean;
}

/**
 * Ends an attempt that did not succeed.
 *
 * @returns `FAILED` when another attempt will be made, `DEAD` when the request is not retried, `SUCCESS` when the program had
 *   already finished the request before it failed.
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function fail(database: Database, key: AttemptKey, failure: Failure): Promise<EndStatus> {
  const { reason, message, final } = failure;
  const rows = await database.run<{ status: EndStatus }>("fail", [
    ...keyValues(key),
    reason,
    storedText(message),
    final,
  ]);
  return ownedRow(rows, key).status;
}

/** An error's text in a form that PostgreSQL can store: without NUL, and short, since the reason is at its start. */
export function storedText(message: string): string {
  return message.slice(0, MAX_DESCRIPTION).replaceAll("\0", "\uFFFD");
}
