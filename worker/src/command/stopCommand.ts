import { LostError } from "../errors.ts";
import type { Stop } from "./commandEnd.ts";
import { signalGroup } from "./endProcesses.ts";
import { readProcess } from "./processTable.ts";

/** How long a command whose request is another worker's by now may take to stop: both may be working on it. */
const LOST_KILL_SECONDS = 3;

/** The stopping of one command. */
export interface Stopping {
  /** Undefined as long as the command was not asked to stop. */
  readonly stop: Stop | undefined;
  /** From now on nothing is sent: the numbers may become another process's. */
  end(): void;
}

/**
 * Asks a command's process group to stop (SIGTERM) when `signal` aborts, and kills it (SIGKILL) where it has not ended
 * `killAfterSeconds` later; a stopped (SIGSTOP) one too.
 */
export function stopCommandOnAbort(leader: number, signal: AbortSignal, killAfterSeconds: number): Stopping {
  const startedAt = performance.now();
  let stop: Stop | undefined;
  let timer: NodeJS.Timeout | undefined;

  function onAbort(): void {
    // It ended before it was asked to, and Node has not noticed yet: what it did is complete.
    if (readProcess(leader)?.ended) return;
    if (!signalGroup(leader, "SIGTERM")) return;
    const { reason } = signal;
    stop = { reason, afterSeconds: (performance.now() - startedAt) / 1_000 };
    const seconds = reason instanceof LostError ? Math.min(LOST_KILL_SECONDS, killAfterSeconds) : killAfterSeconds;
    timer = setTimeout(() => signalGroup(leader, "SIGKILL"), 1_000 * seconds);
  }

  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    get stop() {
      return stop;
    },
    end() {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}
