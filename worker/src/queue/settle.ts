import type { Database } from "../database.ts";
import { type Claimant, leaseValue } from "./claim.ts";

/**
 * Why a claim found nothing.
 *
 * - `settled`: what the dead have left may be claimed now; claim again at once
 * - `busy`: a former connection still holds the Job's request, or this session's lock; claim again shortly
 * - `awaited`: a request is kept for a Job that may be gone for good; claim again, if this Job was started for it
 */
export type Finding = "settled" | "busy" | "awaited";

/**
 * Puts down what a dead pod of the same Job has left, and frees what other Jobs should have come back for; `undefined`
 * (zero rows) when there is nothing to do.
 */
export async function settle(
  database: Database,
  claimant: Pick<Claimant, "kind" | "jobName" | "session" | "leaseSeconds">,
): Promise<Finding | undefined> {
  const { kind, jobName, session } = claimant;
  const [row] = await database.run<{ finding: Finding }>("settle", [kind, jobName, session, leaseValue(claimant)]);
  return row?.finding;
}
