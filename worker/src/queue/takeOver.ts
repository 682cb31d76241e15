import type { Database } from "../database.ts";
import type { ClaimParams } from "./claim.ts";

/**
 * Takes the Job's request over from a previous pod that does not respond (its machine hangs, or its process is stopped), and ends
 * that pod's connection.
 *
 * @param holder - the session that holds the request, as `reclaim` named it
 * @returns whether it was taken over; false (zero rows): that session no longer has the request, has announced its stop or keeps a lease, or a
 *   transaction of its program has locked the request (`batch.own()`).
 */
export async function takeOver(
  database: Database,
  { kind, jobName }: Pick<ClaimParams, "kind" | "jobName">,
  holder: number,
): Promise<boolean> {
  const rows = await database.run("take_over", [kind, jobName, holder]);
  return rows.length > 0;
}
