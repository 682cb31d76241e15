import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves to undefined `ms` after a signal's abort, as a limit for what it is raced against. Keeps no process alive. */
export async function afterAbort(signal: AbortSignal, ms: number): Promise<undefined> {
  if (!signal.aborted) await once(signal, "abort");
  await sleep(ms, undefined, { ref: false });
}
