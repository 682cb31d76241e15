import { AttemptReporter, MAX_JSON_BYTES } from "./attemptReporter.ts";
import { AttemptStop } from "./attemptStop.ts";
import type { Database } from "./database.ts";
import { describeError } from "./describeError.ts";
import { DatabaseUnavailableError, OwnershipLostError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import { maintainOwnership } from "./ownership.ts";
import { announceStop } from "./queue/announceStop.ts";
import type { Claim } from "./queue/claim.ts";
import type { Failure } from "./queue/fail.ts";
import { succeed } from "./queue/succeed.ts";
import { recordFailure } from "./recordFailure.ts";
import type { Settings } from "./settings.ts";
import type { Shutdown } from "./shutdown.ts";
import { type Deferral, toFailure } from "./toFailure.ts";
import type { Work, WorkResult } from "./work.ts";

/** What an attempt needs. */
export interface AttemptContext {
  readonly settings: Pick<Settings, "leaseSeconds" | "graceSeconds">;
  readonly database: Database;
  readonly work: Work;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/** Runs a claimed request and records what became of it; no row changes when the attempt is no longer ours. */
export async function runAttempt(claim: Claim, context: AttemptContext): Promise<Outcome> {
  const { database, settings, shutdown, log } = context;
  const stop = new AttemptStop(shutdown);
  const release = maintainOwnership(database, claim, settings, (error) => stop.loseOwnership(error));
  const announce = () => {
    // Not awaited: a database that does not answer must not hold up the stop.
    announceStop(database, claim, settings.graceSeconds).catch(() => undefined);
  };
  shutdown.signal.addEventListener("abort", announce);
  try {
    log.info("started");
    return await runAndRecord(claim, context, stop);
  } catch (error) {
    if (!(error instanceof OwnershipLostError)) throw error;
    log.error("lost", { error: error.message });
    return "lost";
  } finally {
    shutdown.signal.removeEventListener("abort", announce);
    release();
    stop.close();
  }
}

async function runAndRecord(claim: Claim, context: AttemptContext, stop: AttemptStop): Promise<Outcome> {
  const { database, log } = context;
  const reporter = new AttemptReporter(database, claim, log);
  let failure: Failure | Deferral | undefined;
  try {
    const result = await runWork(claim, context, stop, reporter);
    failure = toFailure(result, stop);
    stop.throwIfNotOwned();
    await reporter.flush();
    if (failure === undefined) {
      await succeed(database, claim, result.outcome === "succeeded" ? toJson(result.result) : null);
      log.info("succeeded");
      return "succeeded";
    }
  } catch (error) {
    if (error instanceof OwnershipLostError || error instanceof DatabaseUnavailableError) throw error;
    // What PostgreSQL refuses is no crash as long as the refusal can be recorded.
    failure = { reason: "error", message: describeError(error), final: false };
  }
  const status = await recordFailure(database, claim, failure);
  log.warn(failure.reason, { status, error: failure.message });
  if (status === "SUCCESS") return "succeeded";
  if (status === "DEAD") return "dead";
  if (failure.reason === "deferred") return "deferred";
  return failure.reason === "interrupted" ? "interrupted" : "failed";
}

async function runWork(claim: Claim, { work, log }: AttemptContext, stop: AttemptStop, reporter: AttemptReporter) {
  // Work that must stop is not started.
  if (stop.signal.aborted) return { outcome: "interrupted", message: "" } as const;
  stop.startTimeout(claim.timeoutSeconds);
  const { kind, requestId, attempt } = claim;
  const { signal, killSignal } = stop;
  const { checkpoint, progress, saveCheckpoint, token } = reporter;
  const context = { kind, requestId, attempt, signal, killSignal, log, checkpoint, progress, saveCheckpoint, token };
  return await work
    .run(claim.row, context)
    .catch((error: unknown): WorkResult => ({ outcome: "failed", message: describeError(error), final: false }));
}

/** @throws RangeError when a result is too large for the history, which keeps it. */
function toJson(result: unknown): string | null {
  const json = JSON.stringify(result) ?? null;
  const bytes = json === null ? 0 : Buffer.byteLength(json);
  if (bytes <= MAX_JSON_BYTES) return json;
  throw new RangeError(`a result must be at most ${MAX_JSON_BYTES} bytes of JSON (the history keeps it); got ${bytes}`);
}
