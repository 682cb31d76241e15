import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";
import type { AttemptKey } from "./queue/attempt.ts";
import { renew } from "./queue/renew.ts";
import type { Settings } from "./settings.ts";

/** The pause between two calls that re-acquire the session lock. */
const RENEW_PAUSE_MS = 250;

/**
 * Keeps an attempt owned by this worker: re-acquires the session lock when the connection breaks, and renews the lease every third
 * of its duration.
 *
 * @param onLost - called with an OwnershipLostError, or the error that prevents keeping the attempt
 * @returns a function that stops this
 */
export function maintainOwnership(
  database: Database,
  key: AttemptKey,
  settings: Pick<Settings, "leaseSeconds">,
  onLost: (error: unknown) => void,
): () => void {
  let running = false;
  let ended = false;
  async function renewUntilKept(): Promise<void> {
    if (running) return;
    running = true;
    try {
      while (!ended && !(await renew(database, key, settings))) await sleep(RENEW_PAUSE_MS);
    } catch (error) {
      if (!ended) onLost(error);
    }
    running = false;
  }
  database.onDisconnect = () => void renewUntilKept();
  const renewal =
    settings.leaseSeconds > 0 ? setInterval(renewUntilKept, (1_000 * settings.leaseSeconds) / 3) : undefined;
  return () => {
    ended = true;
    database.onDisconnect = undefined;
    clearInterval(renewal);
  };
}
