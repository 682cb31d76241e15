import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait, and how often to check. */
export interface WaitOptions {
  /** @default 30_000 */
  readonly timeoutMs?: number;
  /** @default 20 */
  readonly intervalMs?: number;
}

/**
 * Waits until `condition` returns a truthy value, and returns it.
 *
 * @throws Error naming `what` on a timeout.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T> | T,
  { timeoutMs = 30_000, intervalMs = 20 }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await sleep(intervalMs);
  }
  throw new Error(`${what}: not within ${timeoutMs / 1_000} s`);
}
