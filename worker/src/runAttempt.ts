import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import type { Database } from "./database.ts";
import { FinalError, LostError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import type { Log } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptKey } from "./queue/attempt.ts";
import type { Claim } from "./queue/claim.ts";
import { type Failure, fail } from "./queue/fail.ts";
import { parseRow } from "./queue/parseRow.ts";
import { renew } from "./queue/renew.ts";
import { succeed } from "./queue/succeed.ts";
import type { Settings } from "./settings.ts";
import type { Shutdown } from "./shutdown.ts";

/** What an attempt needs. */
export interface AttemptContext {
  readonly settings: Pick<Settings, "leaseSeconds">;
  readonly database: Database;
  readonly handler: Handler;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/** How long work that is another worker's by now may take to stop. */
const DISOWNED_MS = 5_000;

/** Between two tries to take the session lock back. */
const RESUME_PAUSE_MS = 250;

/** Runs a claimed request and records what became of it; no row changes when the attempt is no longer ours. */
export async function runAttempt(claim: Claim, context: AttemptContext): Promise<Outcome> {
  const { database, shutdown, log } = context;
  const lost = new AbortController();
  const signal = AbortSignal.any([shutdown.signal, lost.signal]);
  const stopKeeping = keepAttempt(claim, context, lost);
  try {
    log.info("started");
    const failure = await work(claim, context, signal);
    if (lost.signal.aborted) throw lost.signal.reason;
    if (failure === undefined) {
      await succeed(database, claim);
      log.info("succeeded");
      return "succeeded";
    }
    const status = await fail(database, claim, failure);
    log.warn(failure.reason, { status, error: failure.message });
    if (status === "SUCCESS") return "succeeded";
    if (status === "DEAD") return "dead";
    return failure.reason === "interrupted" ? "interrupted" : "failed";
  } catch (error) {
    if (!(error instanceof LostError)) throw error;
    log.error("lost", { error: error.message });
    return "lost";
  } finally {
    stopKeeping();
  }
}

/** Does the work; resolves with why it did not succeed, or undefined when it did. */
async function work(claim: Claim, context: AttemptContext, signal: AbortSignal): Promise<Failure | undefined> {
  const { handler, shutdown, log } = context;
  let request: unknown;
  try {
    request = handler.check(parseRow(claim.row));
  } catch (error) {
    return { reason: "error", message: describe(error), final: true };
  }
  // Work that must stop is not started: it could miss an abort that has been.
  if (signal.aborted) return interruption(shutdown);
  const { requestId: id, attempt } = claim;
  const running = Promise.resolve(request)
    .then((checked) => handler.run(checked, { id, attempt, signal, log }))
    .then(
      () => undefined,
      (error: unknown): Failure =>
        shutdown.signal.aborted
          ? interruption(shutdown)
          : { reason: "error", message: describe(error), final: error instanceof FinalError },
    );
  const abandoned = shutdown.deadline.then(() =>
    interruption(shutdown, ", and had not stopped before the grace period ended"),
  );
  return await Promise.race([running, abandoned, disowned(signal, shutdown.signal)]);
}

function interruption(shutdown: Shutdown, more = ""): Failure {
  return { reason: "interrupted", message: describe(shutdown.signal.reason) + more, final: false };
}

/** Resolves when the work of an attempt that has become another's has had its time to stop. */
async function disowned(signal: AbortSignal, asked: AbortSignal): Promise<undefined> {
  await new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => !asked.aborted && resolve(), { once: true }),
  );
  await sleep(DISOWNED_MS);
}

/**
 * From now on takes the session lock back when the connection breaks, and renews the lease three times in its time; aborts
 * the work when the attempt has become another's. Returns what ends it.
 */
function keepAttempt(key: AttemptKey, { database, settings }: AttemptContext, lost: AbortController): () => void {
  let keeping = false;
  async function keep(): Promise<void> {
    if (keeping) return;
    keeping = true;
    try {
      while (!(await renew(database, key, settings))) await sleep(RESUME_PAUSE_MS);
    } catch (error) {
      lost.abort(error);
    }
    keeping = false;
  }
  database.onBreak = () => void keep();
  const renewal = settings.leaseSeconds > 0 ? setInterval(keep, (1_000 * settings.leaseSeconds) / 3) : undefined;
  return () => {
    database.onBreak = undefined;
    clearInterval(renewal);
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${inspect(error)}`;
}
