import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";
import type { Handler } from "./handler.ts";
import type { Log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import { type Claim, claim } from "./queue/claim.ts";
import { runAttempt } from "./runAttempt.ts";
import type { Settings } from "./settings.ts";
import type { Shutdown } from "./shutdown.ts";

/** What a pod's whole run needs. */
export interface JobContext {
  readonly settings: Settings;
  readonly database: Database;
  readonly handler: Handler;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/** How often a claim is asked again while the Job's former pod still holds its request. */
const BUSY_PAUSE_MS = 250;

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
    const claimed = await claimPatiently(context, { ...settings, session, jobFailures, jobFinished });
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

/** Claims, waiting while a former connection holds what is ours: the server notices within 30 s that it is dead. */
async function claimPatiently(
  { database, shutdown, log }: JobContext,
  claimant: Parameters<typeof claim>[1],
): Promise<Claim | undefined> {
  let told = false;
  while (!shutdown.signal.aborted) {
    const claimed = await claim(database, claimant);
    if (claimed !== "busy") return claimed;
    if (!told) log.warn("waiting for the Job's former pod to let go of its request");
    told = true;
    await sleep(BUSY_PAUSE_MS, undefined, { signal: shutdown.signal }).catch(() => undefined);
  }
  return undefined;
}
