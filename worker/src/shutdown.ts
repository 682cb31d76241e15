import { InterruptedError } from "./errors.ts";

/** How a worker is asked to stop. */
export interface Shutdown {
  /** Aborts at the first signal that asks the worker to stop. */
  readonly signal: AbortSignal;
  /** Aborts when work that has not stopped must be terminated: a little before SIGKILL. */
  readonly deadline: AbortSignal;
}

/** The part of the grace period reserved for recording the interruption and exiting. */
const RECORD_AND_EXIT_SECONDS = 2;

/** A container is stopped by its image's STOPSIGNAL: SIGQUIT in php:fpm and nginx, SIGINT in postgres. */
const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

/** STOPSIGNAL of httpd and php:apache. A terminal sends it when its size changes. */
const STOP_SIGNAL_WITHOUT_TERMINAL = "SIGWINCH";

/**
 * Turns the signals that stop a container into an AbortSignal, and ends the process within the grace period whatever the work does.
 *
 * Further signals change nothing: kubelet and operators send SIGTERM twice, and the interruption must still be recorded.
 */
export function listenForShutdown(graceSeconds: number, exit: () => void): Shutdown {
  const stop = new AbortController();
  const deadline = new AbortController();
  const recordAndExitSeconds = Math.min(RECORD_AND_EXIT_SECONDS, graceSeconds / 4);

  function onSignal(by: NodeJS.Signals): void {
    if (stop.signal.aborted) return;
    setTimeout(() => deadline.abort(), 1_000 * (graceSeconds - recordAndExitSeconds)).unref();
    setTimeout(exit, 1_000 * (graceSeconds - recordAndExitSeconds / 4)).unref();
    stop.abort(new InterruptedError(by));
  }

  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  // No terminal sends signals to the first process of a container that was started without one.
  if (process.ppid === 0 && !process.stdout.isTTY) process.on(STOP_SIGNAL_WITHOUT_TERMINAL, onSignal);
  return { signal: stop.signal, deadline: deadline.signal };
}
