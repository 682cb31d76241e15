import type { Database } from "../database.ts";
import { type AttemptKey, keyValues } from "./attempt.ts";
import { type Claim, type ClaimParams, type ClaimRow, termValues, toClaim } from "./claim.ts";

/**
 * Records SUCCESS and claims the next request for the same pod, in one transaction. Sent only once, even if the database is unavailable.
 *
 * @param result - JSON text of what the work returned; null: nothing
 * @returns the next claim, `undefined` if there was nothing to claim; itself `undefined` (zero rows) when nothing was changed.
 * @throws Error after which it is unknown what was changed. Then, and when nothing was changed, `succeed` and `claim` find out.
 */
export async function succeedAndClaim(
  database: Database,
  key: AttemptKey,
  result: string | null,
  params: ClaimParams,
): Promise<{ readonly next: Claim | undefined } | undefined> {
  const values = [...keyValues(key), result, params.podName, ...termValues(params)];
  const [row] = await database.run<Row>("succeed_and_claim", values, { repeat: false });
  return row && { next: row.request_id === null ? undefined : toClaim(row, params) };
}

type Row = ClaimRow | { readonly request_id: null };
