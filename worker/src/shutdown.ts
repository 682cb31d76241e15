import { InterruptedError } from "./errors.ts";

/** How a worker is asked to stop. */
export interface Shutdown {
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Resolves when work that has not stopped by then is abandoned: a little before SIGKILL. */
  readonly deadline: Promise<void>;
}

/** What is left of the grace period to record the interruption and to exit. */
const RECORD_AND_EXIT_SECONDS = 2;

/**
 * Turns SIGTERM and SIGINT into an AbortSignal, once: the first one drains, a second one exits.
 *
 * The process ends within the grace period whatever the work does, as long as it leaves the event loop free: the
 * clock starts before anything is drained.
 */
export function listenForShutdown(graceSeconds: number, exit: () => void): Shutdown {
  const controller = new AbortController();
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const keptSeconds = Math.min(RECORD_AND_EXIT_SECONDS, graceSeconds / 4);

  function onSignal(by: NodeJS.Signals): void {
    if (controller.signal.aborted) exit();
    setTimeout(resolve, 1_000 * (graceSeconds - keptSeconds)).unref();
    setTimeout(exit, 1_000 * (graceSeconds - keptSeconds / 4)).unref();
    controller.abort(new InterruptedError(by));
  }

  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return { signal: controller.signal, deadline };
}
