import type { Database } from "./database.ts";
import { DatabaseUnavailableError, OwnershipLostError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Claim, ClaimParams } from "./queue/claim.ts";
import { succeed } from "./queue/succeed.ts";
import { succeedAndClaim } from "./queue/succeedAndClaim.ts";

/**
 * Records an attempt's SUCCESS, and claims the next request with it if `next` is given.
 *
 * @param result - JSON text of what the work returned; null: nothing
 * @param next - how to claim the next request; undefined: not at all
 * @returns the next request's claim; null: none was claimed, unless an answer was lost; undefined: no claim was made.
 * @throws OwnershipLostError when the attempt is no longer this session's; nothing was changed.
 */
export async function recordSuccess(
  { database, log }: { readonly database: Database; readonly log: Log },
  claim: Claim,
  result: string | null,
  next: ClaimParams | undefined,
): Promise<Claim | null | undefined> {
  if (next === undefined) {
    await succeed(database, claim, result);
    return undefined;
  }
  const { lostAnswers } = database;
  try {
    return (await succeedAndClaim(database, claim, result, next)) ?? null;
  } catch (error) {
    if (error instanceof OwnershipLostError || error instanceof DatabaseUnavailableError) throw error;
    // An older schema may lack the function, or the role its right: finished work must not run again because of that.
    log.warn("cannot record and claim in one statement", { error });
    const mayHaveClaimed = database.lostAnswers > lostAnswers;
    await succeed(database, claim, result);
    return mayHaveClaimed ? null : undefined;
  }
}
