import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves to undefined `ms` after the signal aborts: a time limit for `Promise.race`. Does not keep the process alive. */
export async function afterAbort(signal: AbortSignal, ms: number): Promise<undefined> {
  if (!signal.aborted) await once(signal, "abort");
  await sleep(ms, undefined, { ref: false });
}
