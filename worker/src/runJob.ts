import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseUnavailableError } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import { type Claim, type ClaimParams, claim } from "./queue/claim.ts";
import { reclaim } from "./queue/reclaim.ts";
import { takeOver } from "./queue/takeOver.ts";
import { type AttemptContext, runAttempt } from "./runAttempt.ts";
import type { Settings } from "./settings.ts";

/** What a pod's whole run needs. */
export interface JobContext extends AttemptContext {
  readonly settings: Settings;
}

/** The pauses between two claims of a waiting pod. */
const FIRST_PAUSE_MS = 125;
const MAX_PAUSE_MS = 1_000;

const WAIT_REASONS = {
  locked: "a previous connection, or a transaction of its program, to release this Job's request",
  reserved: "a request reserved for another Job, until that Job has had time to return",
} as const;

/**
 * How long this pod waits before it takes over the request of a previous pod of the same Job that has not announced its stop. The
 * start of this pod is evidence that Kubernetes has given up on the previous one: its machine hangs, or its process is stopped.
 * After an outage the previous pod has this time to reconnect and to announce its stop.
 */
const TAKEOVER_MS = 6_000;

const HUNG =
  "a process of the server that hangs (it cannot end this worker's previous connection, which holds the session lock)";

/**
 * Runs one pod of a Job: claims a request, works on it, records the result, and repeats until the Job has finished
 * `requestsPerJob` requests, none is left, one does not succeed, or the pod is asked to stop.
 */
export async function runJob(context: JobContext): Promise<Outcome> {
  const { settings, shutdown, log } = context;
  const session = randomInt(1, 2 ** 31 - 1);
  let outcome: Outcome = "idle";
  let claimed = await claimWithRetry(context, { ...settings, session, jobFinished: 0, arriving: true }, true);
  while (claimed) {
    const { requestId, attempt } = claimed;
    const next = { ...settings, session, jobFinished: claimed.jobFinished + 1, arriving: true };
    const isLast = next.jobFinished >= settings.requestsPerJob;
    const inAttempt = { ...context, log: log.with({ requestId, attempt }) };
    const { lostAnswers } = context.database;
    const ended = await runAttempt(claimed, inAttempt, isLast ? undefined : next);
    outcome = ended.outcome;
    claimed = ended.next ?? undefined;
    const mayHaveClaimed = ended.next === null && context.database.lostAnswers > lostAnswers;
    const continues = outcome === "succeeded" && !isLast && (!shutdown.signal.aborted || mayHaveClaimed);
    if (claimed === undefined && continues) {
      claimed = await claimWithRetry(context, next, false, mayHaveClaimed);
    }
  }
  if (outcome === "idle") {
    if (shutdown.signal.aborted) outcome = "interrupted";
    log.info(outcome);
  }
  return outcome;
}

/**
 * Claims, waiting while a previous connection holds this Job's request: the server notices within 12 s that a connection is dead, and
 * the request of one that only hangs is taken over after TAKEOVER_MS. A pod that has not claimed yet also waits for reserved
 * requests, because its Job may have been created to replace a dead one. A pod that has worked takes nothing over: its Job's request is
 * then held by the Job's next pod.
 *
 * A pod that must stop nevertheless claims again if the answer of a claim was lost, for as long as its previous connection holds the
 * session's lock: it may have claimed a request, which must be freed.
 *
 * @param mayHaveClaimed - whether the answer of a claim was lost already
 * @throws DatabaseUnavailableError also when the server does not end this worker's previous connection in time: the process that served it
 *   hangs. Its Job's next pod has another session, which does not need that lock.
 */
async function claimWithRetry(
  { settings, database, shutdown, log }: JobContext,
  params: ClaimParams,
  idle: boolean,
  mayHaveClaimed = false,
): Promise<Claim | undefined> {
  const { databaseTimeoutSeconds } = settings.database;
  const isUnresponsive = watchSession(TAKEOVER_MS);
  const isHung = watchSession(1_000 * databaseTimeoutSeconds);
  let pause = FIRST_PAUSE_MS;
  let { arriving } = params;
  const { lostAnswers } = database;
  try {
    while (!shutdown.signal.aborted || mayHaveClaimed) {
      database.stopWhileUnclaimed = mayHaveClaimed ? undefined : shutdown.signal;
      const claimed = await claim(database, { ...params, arriving });
      if (claimed !== undefined) return claimed;
      arriving = false;
      if (database.lostAnswers > lostAnswers) {
        mayHaveClaimed = true;
        database.stopWhileUnclaimed = undefined;
      }
      const miss = await reclaim(database, params, idle);
      if (miss === undefined || (miss.finding === "reserved" && !idle)) return undefined;
      if (miss.finding === "reclaimed") continue;
      if (pause === FIRST_PAUSE_MS) log.warn("waiting", { for: WAIT_REASONS[miss.finding] });
      const { holder, ending } = miss;
      if (ending && isHung(params.session)) throw new DatabaseUnavailableError(databaseTimeoutSeconds, new Error(HUNG));
      if (idle && holder !== null && isUnresponsive(holder)) {
        const taken = await takeOver(database, params, holder);
        log.warn("the previous pod still held the request", { session: holder, taken });
        if (taken) continue;
      }
      mayHaveClaimed &&= miss.finding === "locked" && holder === null;
      const stop = mayHaveClaimed ? {} : { signal: shutdown.signal };
      await sleep(pause, undefined, stop).catch(() => undefined);
      pause = Math.min(2 * pause, MAX_PAUSE_MS);
    }
  } catch (error) {
    // The database is unavailable, and there is no claim to record.
    if (!shutdown.signal.aborted || error !== shutdown.signal.reason) throw error;
  } finally {
    database.stopWhileUnclaimed = undefined;
  }
  return undefined;
}

/** Returns a function to be called with each session seen to hold the request or its lock; it returns whether the same one has for `ms`. */
function watchSession(ms: number): (session: number) => boolean {
  let seen: { readonly session: number; readonly since: number } | undefined;
  return (session) => {
    if (seen?.session !== session) seen = { session, since: performance.now() };
    return performance.now() - seen.since >= ms;
  };
}
