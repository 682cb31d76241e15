import type { Database } from "../database.ts";
import type { Claimant } from "./claim.ts";

/**
 * Why a claim found nothing.
 *
 * - `settled`: the Job's former pod is dead, and its attempt is recorded as lost; claim again at once
 * - `busy`: a former connection still holds the Job's request, or this session's lock; claim again shortly
 * - `doubtful`: a request is kept for a Job that may be gone for good; claim again, if this Job was started for it
 */
export type Finding = "settled" | "busy" | "doubtful";

/** Puts down what a dead pod of the same Job has left; `undefined` (zero rows) when there is nothing to do. */
export async function settle(
  database: Database,
  { kind, jobName, session }: Pick<Claimant, "kind" | "jobName" | "session">,
): Promise<Finding | undefined> {
  const [row] = await database.run<{ finding: Finding }>("settle", [kind, jobName, session]);
  return row?.finding;
}
