import type { Database } from "./database.ts";
import type { AttemptKey, EndStatus } from "./queue/attempt.ts";
import { defer } from "./queue/defer.ts";
import { type Failure, fail } from "./queue/fail.ts";
import { toAscii } from "./toAscii.ts";
import type { Deferral } from "./toFailure.ts";

/** untranslatable_character and character_not_in_repertoire: the database's encoding has no such character. */
const NOT_IN_ENCODING = new Set(["22P05", "22021"]);

/**
 * Records that an attempt did not succeed, whatever the database's encoding.
 *
 * @returns `FAILED` when another attempt will be made, `DEAD` when the request is not retried, `SUCCESS` when the program had already
 *   finished the request.
 * @throws OwnershipLostError when the attempt is no longer this session's; nothing was changed.
 */
export async function recordFailure(
  database: Database,
  key: AttemptKey,
  failure: Failure | Deferral,
): Promise<EndStatus> {
  try {
    return await record(database, key, failure);
  } catch (error) {
    if (!NOT_IN_ENCODING.has(String((error as { code?: unknown }).code))) throw error;
    return await record(database, key, { ...failure, message: toAscii(failure.message) });
  }
}

function record(database: Database, key: AttemptKey, failure: Failure | Deferral): Promise<EndStatus> {
  return failure.reason === "deferred" ? defer(database, key, failure) : fail(database, key, failure);
}
