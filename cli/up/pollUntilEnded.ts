import { setTimeout as sleep } from "node:timers/promises";

/** Calls `poll` with pauses until it returns a value, and returns that; undefined once `ended` aborts. */
export async function pollUntilEnded<Result>(
  pauseSeconds: number,
  ended: AbortSignal,
  poll: () => Promise<Result | undefined>,
): Promise<Result | undefined> {
  while (true) {
    // The abort is handled below.
    await sleep(pauseSeconds * 1_000, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return undefined;
    const result = await poll();
    if (result !== undefined) return result;
  }
}
