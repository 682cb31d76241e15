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

const WAITING_FOR = {
  busy: "a former connection to let go of this Job's request",
  awaited: "a request of another Job, until that Job has had the time to come back for it",
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
  let outcome: Outcome = "nothing";
  do {
    const claimed = await claimPatiently(context, { ...settings, session, jobFailures, jobFinished }, outcome);
    if (claimed === undefined) break;
    const { request, iteration } = claimed;
    outcome = await runAttempt(claimed, { ...context, log: log.with({ request, iteration }) });
    jobFailures = claimed.jobFailures;
    jobFinished = claimed.jobFinished + 1;
  } while (outcome === "succeeded" && jobFinished < settings.requestsPerJob && !shutdown.signal.aborted);
  if (outcome === "nothing") {
    if (shutdown.signal.aborted) outcome = "interrupted";
    log.info(outcome);
  }
  return outcome;
}

/**
 * Claims, waiting while a former connection holds what is ours: the server notices within 12 s that it is dead. A pod
 * that has done nothing yet also waits for what others should come back for: its Job was started because they may not.
 */
async function claimPatiently(
  { database, shutdown, log }: JobContext,
  claimant: Claimant,
  outcome: Outcome,
): Promise<Claim | undefined> {
  let pause = FIRST_PAUSE_MS;
  while (!shutdown.signal.aborted) {
    const claimed = await claim(database, claimant);
    if (claimed !== undefined) return claimed;
    const finding = await settle(database, claimant);
    if (finding === undefined || (finding === "awaited" && outcome !== "nothing")) return undefined;
    if (finding === "settled") continue;
    if (pause === FIRST_PAUSE_MS) log.warn("waiting", { for: WAITING_FOR[finding] });
    await sleep(pause, undefined, { signal: shutdown.signal }).catch(() => undefined);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
  return undefined;
}
