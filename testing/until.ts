import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at, and when waiting for it has failed. */
const LOOK_MS = 20;
const PATIENCE_MS = 30_000;

/**
 * Waits until `condition` gives something truthy, and returns that.
 *
 * @throws Error naming `what` when it does not within 30 s.
 */
export async function until<T>(what: string, condition: () => Promise<T> | T): Promise<NonNullable<T>> {
  const patienceEnds = Date.now() + PATIENCE_MS;
  while (Date.now() < patienceEnds) {
    const value = await condition();
    if (value) return value;
    await sleep(LOOK_MS);
  }
  throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`);
}
