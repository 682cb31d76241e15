import type { Database } from "../database.ts";
import { type AttemptKey, keyValues, ownedRow } from "./attempt.ts";
import { type Claim, type ClaimParams, type ClaimRow, termValues, toClaim } from "./claim.ts";

/**
 * Records SUCCESS and claims the next request for the same pod, in one transaction.
 *
 * @param result - JSON text of what the work returned; null: nothing
 * @returns the next claim; `undefined` when none was claimed: nothing waits, or the claim failed; `claim` tells which.
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's; nothing was changed.
 */
export async function succeedAndClaim(
  database: Database,
  key: AttemptKey,
  result: string | null,
  params: ClaimParams,
): Promise<Claim | undefined> {
  const values = [...keyValues(key), result, params.podName, ...termValues(params)];
  const row = ownedRow(await database.run<Row>("succeed_and_claim", values), key);
  return row.request_id === null ? undefined : toClaim(row, params);
}

type Row = ClaimRow | { readonly request_id: null };
