import type { Database } from "../../worker/src/database.ts";
import { type Claim, type Claimant, claim } from "../../worker/src/queue/claim.ts";
import { type Finding, settle } from "../../worker/src/queue/settle.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { TestDatabase } from "./database.ts";

let sessions = 0;

/** A pod that claims: its own session, and the defaults of a Job where a test does not care. */
export function claimant(jobName: string, more: Partial<Claimant> = {}): Claimant {
  return {
    kind: "clap",
    jobName,
    podName: `${jobName}-pod`,
    session: ++sessions,
    backoffLimit: DEFAULTS.backoffLimit,
    crashLimit: DEFAULTS.backoffLimit,
    interruptionLimit: DEFAULTS.interruptionLimit,
    backoffSeconds: DEFAULTS.backoffSeconds,
    leaseSeconds: DEFAULTS.leaseSeconds,
    jobFailures: 0,
    jobFinished: 0,
    ...more,
  };
}

/** Claims on a connection of its own, as every pod does; closing it is the pod's death. */
export async function startAttempt(
  database: Pick<TestDatabase, "connect">,
  who: Claimant,
): Promise<{ readonly connection: Database; readonly attempt: Claim }> {
  const connection = database.connect();
  const attempt = await claimAsPod(connection, who);
  if (typeof attempt !== "object") throw new Error(`a claim must find a request; got ${attempt ?? "nothing"}`);
  return { connection, attempt };
}

/** Claims as a worker does: once more when the Job's former pod turns out to be dead. */
export async function claimAsPod(connection: Database, who: Claimant): Promise<Claim | Finding | undefined> {
  const claimed = (await claim(connection, who)) ?? (await settle(connection, who));
  return claimed === "settled" ? ((await claim(connection, who)) ?? (await settle(connection, who))) : claimed;
}
