import { AttemptReporter } from "./attemptReporter.ts";
import { AttemptStop } from "./attemptStop.ts";
import type { Database } from "./database.ts";
import { describeError } from "./describeError.ts";
import { DatabaseUnavailableError, OwnershipLostError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import { maintainOwnership } from "./ownership.ts";
import { announceStop } from "./queue/announceStop.ts";
import type { Reason } from "./queue/attempt.ts";
import type { Claim, ClaimParams } from "./queue/claim.ts";
import type { Failure } from "./queue/fail.ts";
import { recordFailure } from "./recordFailure.ts";
import { recordSuccess } from "./recordSuccess.ts";
import type { Settings } from "./settings.ts";
import type { Shutdown } from "./shutdown.ts";
import { type Deferral, toFailure } from "./toFailure.ts";
import { toJson } from "./toJson.ts";
import type { Work, WorkResult } from "./work.ts";

/** What an attempt needs. */
export interface AttemptContext {
  readonly settings: Pick<Settings, "leaseSeconds" | "graceSeconds">;
  readonly database: Database;
  readonly work: Work;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/** How an attempt ended, and what was claimed when its success was recorded: null: nothing could be; undefined: no claim was made. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly next?: Claim | null | undefined;
}

/**
 * Runs a claimed request and records how it ended; no row changes when the attempt is no longer this worker's.
 *
 * @param next - how to claim the Job's next request after a success, unless the worker is asked to stop
 * @default next - the Job ends with this request
 */
export async function runAttempt(claim: Claim, context: AttemptContext, next?: ClaimParams): Promise<AttemptEnd> {
  const { database, settings, shutdown, log } = context;
  const stop = new AttemptStop(shutdown);
  const release = maintainOwnership(database, claim, settings, (error) => stop.loseOwnership(error));
  const announce = () => {
    // Not awaited: an unresponsive database must not delay the stop.
    announceStop(database, claim, settings.graceSeconds).catch(() => undefined);
  };
  shutdown.signal.addEventListener("abort", announce);
  try {
    log.info("started");
    return await runAndRecord(claim, context, stop, next);
  } catch (error) {
    if (!(error instanceof OwnershipLostError)) throw error;
    log.error("lost", { error: error.message });
    return { outcome: "lost" };
  } finally {
    shutdown.signal.removeEventListener("abort", announce);
    release();
    stop.close();
  }
}

async function runAndRecord(
  claim: Claim,
  context: AttemptContext,
  stop: AttemptStop,
  next: ClaimParams | undefined,
): Promise<AttemptEnd> {
  const { database, shutdown, log } = context;
  let failure: Failure | Deferral;
  try {
    const result = await runWork(claim, context, stop);
    stop.throwIfNotOwned();
    if (result.outcome === "succeeded") {
      const json = toJson("a result", result.result);
      const claimed = await recordSuccess(context, claim, json, shutdown.signal.aborted ? undefined : next);
      log.info("succeeded");
      return { outcome: "succeeded", next: claimed };
    }
    failure = toFailure(result, stop.reasons);
  } catch (error) {
    if (error instanceof OwnershipLostError || error instanceof DatabaseUnavailableError) throw error;
    // An error from PostgreSQL is an error of the attempt, not a crash, as long as it can be recorded.
    failure = { reason: "error", message: describeError(error), final: false };
  }
  const status = await recordFailure(database, claim, failure);
  log.warn(failure.reason, { status, error: failure.message });
  if (status === "SUCCESS") return { outcome: "succeeded" };
  // After a deferral batch.defer counts no failed pod, whatever was recorded.
  if (status === "DEAD" && failure.reason !== "deferred") return { outcome: "dead" };
  return { outcome: OUTCOMES[failure.reason] ?? "failed" };
}

async function runWork(claim: Claim, { database, work, log }: AttemptContext, stop: AttemptStop): Promise<WorkResult> {
  // Work that must stop is not started.
  if (stop.signal.aborted) return { outcome: "interrupted", message: "" };
  const { kind, requestId, attempt, token, timeoutSeconds } = claim;
  const { signal, killSignal } = stop;
  const reporter = new AttemptReporter(database, claim, log, (error) => stop.loseOwnership(error));
  stop.startTimeout(timeoutSeconds);
  try {
    return await work.run(claim.row, {
      ...{ kind, requestId, attempt, token, signal, killSignal, log },
      checkpointJson: claim.checkpoint,
      progress: (done, total) => reporter.progress(done, total),
      saveCheckpoint: (value) => reporter.saveCheckpoint(value),
      endedByItself: () => stop.endByItself(),
    });
  } catch (error) {
    return { outcome: "failed", message: describeError(error), final: false };
  } finally {
    // What happens while the last report is written is not why the work ended.
    stop.close();
    await reporter.close();
  }
}

/** `failed` after every other reason. */
const OUTCOMES: Readonly<Partial<Record<Reason, Outcome>>> = { interrupted: "interrupted", deferred: "deferred" };
