import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database.ts";
import { type AttemptKey, keyValues, ownedRow } from "./attempt.ts";

/**
 * Records that this worker was asked to stop, so that its Job's next pod waits for it.
 *
 * @param seconds - how long the worker may still take, from now on; an outage of the database uses it up
 * @throws OwnershipLostError (zero rows) when the attempt is no longer this session's.
 */
export async function announceStop(database: Database, key: AttemptKey, seconds: number): Promise<void> {
  const end = performance.now() + 1_000 * seconds;
  const announce = async () => {
    const rows = await database.run<{ announced: boolean }>("announce_stop", () => {
      return [...keyValues(key), Math.max(0, end - performance.now()) / 1_000];
    });
    return ownedRow(rows, key).announced;
  };
  // A transaction of the program itself (`batch.own()`) may have locked the attempt.
  while (!(await announce()) && performance.now() < end) await sleep(PAUSE_MS, undefined, { ref: false });
}

/** The pause between two calls while the attempt is locked. */
const PAUSE_MS = 250;
