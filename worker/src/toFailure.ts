import type { AttemptStop } from "./attemptStop.ts";
import { describeError } from "./describeError.ts";
import { TimedOutError } from "./errors.ts";
import type { Failure } from "./queue/fail.ts";
import { TIMEOUT_REASON } from "./retryLimits.ts";
import type { WorkResult } from "./work.ts";

/** The work asked to be run later. */
export interface Deferral {
  readonly reason: "deferred";
  readonly message: string;
  readonly afterSeconds: number;
}

/**
 * Why an attempt did not succeed, from the result of its work and the reason it was asked to stop.
 *
 * When the work was asked to stop, any result gets the reason of the stop, except a final error, a crash before the work was terminated,
 * and `retryLater` before the timeout.
 */
export function toFailure(
  result: Exclude<WorkResult, { outcome: "succeeded" }>,
  { signal, killSignal }: Pick<AttemptStop, "signal" | "killSignal">,
): Failure | Deferral {
  if (result.outcome === "failed" && result.final) return toError(result.message, true);
  if (result.outcome === "crashed" && !killSignal.aborted) {
    return { reason: "crashed", message: result.message, final: false };
  }
  const late = killSignal.aborted ? `, and ${killSignal.reason}` : "";
  if (signal.reason instanceof TimedOutError) {
    const message = withLastOutput(signal.reason, signal.reason.message + late, result.message);
    return { reason: TIMEOUT_REASON, message, final: false };
  }
  if (result.outcome === "retryLater") {
    return { reason: "deferred", message: result.message, afterSeconds: result.afterSeconds };
  }
  if (!signal.aborted) {
    return result.outcome === "interrupted" ? toInterruption(result.message) : toError(result.message, false);
  }
  const asked = describeError(signal.reason).split("\n", 1)[0];
  return toInterruption(withLastOutput(signal.reason, asked + late, result.message));
}

/** Prefers a command's message, which starts with the reason of the stop and continues with its last output. */
function withLastOutput(stop: unknown, reason: string, message: string): string {
  return stop instanceof Error && message.startsWith(stop.message) ? message : reason;
}

function toError(message: string, final: boolean): Failure {
  return { reason: "error", message, final };
}

function toInterruption(message: string): Failure {
  return { reason: "interrupted", message, final: false };
}
