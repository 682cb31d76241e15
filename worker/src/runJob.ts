import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "./outcome.ts";
import { type Claim, type Claimant, claim } from "./queue/claim.ts";
import { settle } from "./queue/settle.ts";
import { type AttemptContext, runAttempt } from "./runAttempt.ts";
import type { Settings } from "./settings.ts";

/** What a pod's whole run needs. */
export interface JobContext extends AttemptContext {
  readonly settings: Settings;
}

/** The pauses between two claims of a pod that waits. */
const FIRST_PAUSE_MS = 125;
const LONGEST_PAUSE_MS = 2_000;

const WAIT_REASONS = {
  busy: "a previous connection still holds this Job's request",
  awaited: "a request is reserved for another Job",
} as const;

/**
 * Runs one pod of a Job: claims a request, works on it, records it, and so on until the Job has finished
 * `requestsPerJob` of them, nothing is left, or one does not succeed.
 */
export async function runJob(context: JobContext): Promise<Outcome> {
  const { settings, shutdown, log } = context;
  const session = randomInt(1, 2 ** 31 - 1);
  let jobFailures = 0;
  let jobFinished = 0;
  let outcome: Outcome = "idle";
  do {
    const claimed = await claimWithRetry(context, { ...settings, session, jobFailures, jobFinished }, outcome);
    if (claimed === undefined) break;
    const { request, iteration: attempt } = claimed;
    outcome = await runAttempt(claimed, { ...context, log: log.with({ request, attempt }) });
    jobFailures = claimed.jobFailures;
    jobFinished = claimed.jobFinished + 1;
  } while (outcome === "succeeded" && jobFinished < settings.requestsPerJob && !shutdown.signal.aborted);
  if (outcome === "idle") {
    if (shutdown.signal.aborted) outcome = "interrupted";
    log.info(outcome);
  }
  return outcome;
}

/**
 * Claims, waiting while a previous connection holds this Job's request: the server notices within 12 s that it is dead. A pod
 * that has run no request yet also waits for reserved ones, because its Job was created to replace a dead one.
 */
async function claimWithRetry(
  { database, shutdown, log }: JobContext,
  claimant: Claimant,
  outcome: Outcome,
): Promise<Claim | undefined> {
  database.unclaimedStop = shutdown.signal;
  try {
    for (let pause = FIRST_PAUSE_MS; !shutdown.signal.aborted; ) {
      const claimed = await claim(database, claimant);
      if (claimed !== undefined) return claimed;
      const finding = await settle(database, claimant);
      if (finding === undefined || (finding === "awaited" && outcome !== "idle")) return undefined;
      if (finding === "settled") continue;
      if (pause === FIRST_PAUSE_MS) log.warn("waiting", { for: WAIT_REASONS[finding] });
      await sleep(pause, undefined, { signal: shutdown.signal }).catch(() => undefined);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  } catch (error) {
    if (error !== shutdown.signal.reason) throw error;
  } finally {
    database.unclaimedStop = undefined;
  }
  return undefined;
}
