import type pg from "pg";
import type { Database } from "../../worker/src/database.ts";
import { type Claim, type ClaimParams, claim } from "../../worker/src/queue/claim.ts";
import { demand } from "../../worker/src/queue/demand.ts";
import type { Failure } from "../../worker/src/queue/fail.ts";
import { type ClaimMiss, reclaim } from "../../worker/src/queue/reclaim.ts";
import { type StatementName, statement } from "../../worker/src/queue/statement.ts";
import { DEFAULT_LIMITS } from "../../worker/src/retryLimits.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { TestDatabase } from "./database.ts";

// What a worker and KEDA's poll ask of the queue.
export { announceStop } from "../../worker/src/queue/announceStop.ts";
export { defer } from "../../worker/src/queue/defer.ts";
export * from "../../worker/src/queue/demand.ts";
export { type Failure, fail } from "../../worker/src/queue/fail.ts";
export { renew } from "../../worker/src/queue/renew.ts";
export { report } from "../../worker/src/queue/report.ts";
export { succeed } from "../../worker/src/queue/succeed.ts";
export { succeedAndClaim } from "../../worker/src/queue/succeedAndClaim.ts";
export { takeOver } from "../../worker/src/queue/takeOver.ts";
export { type Claim, type ClaimMiss, type ClaimParams, claim, reclaim };

let sessions = 0;

/** A claiming pod: its own session, and a Job's defaults unless a test sets others. */
export function claimParams(jobName: string, more: Partial<ClaimParams> = {}): ClaimParams {
  return {
    kind: "clap",
    jobName,
    podName: `${jobName}-pod`,
    session: ++sessions,
    ...DEFAULT_LIMITS,
    timeoutSeconds: DEFAULTS.timeoutSeconds,
    backoffSeconds: DEFAULTS.backoffSeconds,
    leaseSeconds: DEFAULTS.leaseSeconds,
    jobFinished: 0,
    arriving: true,
    ...more,
  };
}

/** A plain connection in place of a worker's: with a transaction that stays open, or with settings of its own. */
export function overClient(client: pg.Client): Database {
  const run = async (name: StatementName, values: readonly unknown[]) =>
    (await client.query(statement(name).text, [...values])).rows;
  return { run } as unknown as Database;
}

/** Polls as KEDA does for a ScaledJob of at most ten Jobs, with a request each; resolves with the answer. */
export function poll(scaler: Database, kind = "clap"): Promise<number> {
  return demand(scaler, { kind, requestsPerJob: 1, maxReplicaCount: 10 });
}

/** How work fails that is retried, and how it fails for good. */
export const ERROR: Failure = { reason: "error", message: "no", final: false };
export const FINAL_ERROR: Failure = { ...ERROR, final: true };

/** Claims; there must be a request. */
export async function take(connection: Database, jobName: string, more: Partial<ClaimParams> = {}): Promise<Claim> {
  const attempt = await claim(connection, claimParams(jobName, more));
  if (attempt === undefined) throw new Error("a claim must find a request");
  return attempt;
}

/** Claims on a separate connection, as every pod does; closing it is the pod's death. */
export async function startAttempt(
  database: Pick<TestDatabase, "connect">,
  params: ClaimParams,
): Promise<{ readonly connection: Database; readonly attempt: Claim }> {
  const connection = database.connect();
  const attempt = await claimWithReclaim(connection, params);
  if (typeof attempt !== "object") throw new Error(`a claim must find a request; got ${attempt ?? "nothing"}`);
  return { connection, attempt };
}

/** Claims as a worker does: again after requests of dead workers were reclaimed. */
export async function claimWithReclaim(
  connection: Database,
  params: ClaimParams,
): Promise<Claim | ClaimMiss["finding"] | undefined> {
  for (let round = 1; ; round++) {
    const claimed = await claim(connection, params);
    if (claimed !== undefined) return claimed;
    const miss = await reclaim(connection, params, true);
    if (miss?.finding !== "reclaimed" || round === 2) return miss?.finding;
  }
}
