import { createAttemptReporter } from "./attemptReporter.ts";
import { AttemptStop } from "./attemptStop.ts";
import type { Database } from "./database.ts";
import { describeError } from "./describeError.ts";
import { DatabaseUnavailableError, OwnershipLostError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import { maintainOwnership } from "./ownership.ts";
import type { Claim } from "./queue/claim.ts";
import type { Failure } from "./queue/fail.ts";
import { load } from "./queue/load.ts";
import { succeed } from "./queue/succeed.ts";
import { recordFailure } from "./recordFailure.ts";
import type { Settings } from "./settings.ts";
import type { Shutdown } from "./shutdown.ts";
import { toFailure } from "./toFailure.ts";
import type { Work, WorkResult } from "./work.ts";

/** What an attempt needs. */
export interface AttemptContext {
  readonly settings: Pick<Settings, "leaseSeconds" | "timeoutSeconds">;
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
  try {
    log.info("started");
    return await runAndRecord(claim, context, stop);
  } catch (error) {
    if (!(error instanceof OwnershipLostError)) throw error;
    log.error("lost", { error: error.message });
    return "lost";
  } finally {
    release();
    stop.close();
  }
}

async function runAndRecord(claim: Claim, context: AttemptContext, stop: AttemptStop): Promise<Outcome> {
  const { database, log } = context;
  let failure: Failure | undefined;
  try {
    failure = toFailure(await runWork(claim, context, stop), stop);
    stop.throwIfNotOwned();
    if (failure === undefined) {
      await succeed(database, claim);
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
  if (status === "DEAD") return "dead";
  return failure.reason === "interrupted" ? "interrupted" : "failed";
}

async function runWork(claim: Claim, { database, settings, work, log }: AttemptContext, stop: AttemptStop) {
  const { kind, request, iteration: attempt } = claim;
  const rowJson = await load(database, claim);
  if (rowJson === null) {
    return {
      outcome: "failed",
      message: `request ${request} must be in its table; got no such row`,
      final: true,
    } as const;
  }
  // Work that must stop is not started.
  if (stop.signal.aborted) return { outcome: "interrupted", message: "" } as const;
  stop.startTimeout(settings.timeoutSeconds);
  const { signal, killSignal } = stop;
  const context = { kind, requestId: request, attempt, signal, killSignal, log, ...createAttemptReporter() };
  return await work
    .run(rowJson, context)
    .catch((error: unknown): WorkResult => ({ outcome: "failed", message: describeError(error), final: false }));
}
