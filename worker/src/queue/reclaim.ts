import type { Database } from "../database.ts";
import { type ClaimParams, zeroAsNull } from "./claim.ts";

/**
 * Why a claim found nothing.
 *
 * - `reclaimed`: requests of dead workers may be claimed now; claim again at once
 * - `locked`: a previous connection still holds the Job's request or this session's lock, or a transaction of its program the request;
 *   claim again shortly
 * - `reserved`: a request's worker is dead, or it is reserved for a Job that may be dead; claim again if `idle`, since this Job may have
 *   been created for it
 */
export interface ClaimMiss {
  readonly finding: "reclaimed" | "locked" | "reserved";
  /** The session that holds the Job's request, if it may be ended because it does not respond; null if it may not. */
  readonly holder: number | null;
  /** Set if it is this worker's own previous connection that holds its lock; the server was asked to end it. */
  readonly ending?: true;
}

/**
 * Records the crash of a dead pod of the same Job, and releases requests to which other Jobs did not return; `undefined` (zero
 * rows) when there is nothing to do.
 *
 * @param idle - whether this pod has claimed nothing yet: if there is nothing to do, its Job is one too many, and no longer counts as
 *   the replacement of an absent one
 */
export async function reclaim(
  database: Database,
  { kind, jobName, session, leaseSeconds }: Pick<ClaimParams, "kind" | "jobName" | "session" | "leaseSeconds">,
  idle: boolean,
): Promise<ClaimMiss | undefined> {
  const values = [kind, jobName, session, zeroAsNull(leaseSeconds), idle];
  const [row] = await database.run<ReclaimRow>("reclaim", values);
  return row && { finding: row.finding, holder: row.holder, ...(row.ending && { ending: true }) };
}

type ReclaimRow = Omit<ClaimMiss, "ending"> & { readonly ending: boolean };
