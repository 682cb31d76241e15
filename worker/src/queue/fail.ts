import type { Database } from "../database.ts";
import { type AttemptKey, type EndStatus, keyValues, type Reason } from "./attempt.ts";
import { recall } from "./recall.ts";

/** Why an attempt did not succeed. */
export interface Failure {
  /** Which limit it is counted against; an `error`'s request stays with its Job, an `interrupted` one's is free for any. */
  readonly reason: Reason;
  readonly message: string;
  /** No retry can help: DEAD at once. */
  readonly final: boolean;
}

/** Characters of an error that are kept: what says why is at its start, and the write must not take long. */
const MAX_ERROR = 20_000;

/**
 * Ends an attempt that did not succeed.
 *
 * @returns `FAILED` when another attempt will be made, `DEAD` when the request is given up.
 * @throws OwnershipLostError when the attempt is no longer this session's; nothing was changed.
 */
export async function fail(database: Database, key: AttemptKey, failure: Failure): Promise<EndStatus> {
  const { reason, message, final } = failure;
  // PostgreSQL's text cannot hold NUL.
  const text = message.slice(0, MAX_ERROR).replaceAll("\0", "\uFFFD");
  const [row] = await database.run<{ status: EndStatus }>("fail", [...keyValues(key), reason, text, final]);
  return row?.status ?? (await recall(database, key, reason));
}
