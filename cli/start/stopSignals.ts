import { SAME_SIGNAL_MS, STOP_SIGNALS } from "../stopSignals.ts";

/** How a run is asked to stop. */
export interface StopSignals {
  /** Aborts at the first signal: everything ends gracefully. */
  readonly stop: AbortSignal;
  /** Aborts at the second: pods that are still ending are killed. */
  readonly force: AbortSignal;
}

/** From now on a signal aborts these instead of ending the process. */
export function listenForStop(): StopSignals {
  const [stop, force] = [new AbortController(), new AbortController()];
  let stoppedAt: number | undefined;
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      stoppedAt ??= performance.now();
      if (performance.now() - stoppedAt > SAME_SIGNAL_MS) force.abort();
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  return { stop: stop.signal, force: force.signal };
}
