import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait, and how often to look. */
export interface Patience {
  /** @default 30_000 */
  readonly patienceMs?: number;
  /** @default 20 */
  readonly lookMs?: number;
}

/**
 * Waits until `condition` gives something truthy, and returns that.
 *
 * @throws Error naming `what` when it does not in time.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T> | T,
  { patienceMs = 30_000, lookMs = 20 }: Patience = {},
): Promise<NonNullable<T>> {
  const patienceEnds = Date.now() + patienceMs;
  while (Date.now() < patienceEnds) {
    const value = await condition();
    if (value) return value;
    await sleep(lookMs);
  }
  throw new Error(`${what}: not within ${patienceMs / 1_000} s`);
}
