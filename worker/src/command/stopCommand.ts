import type { WorkContext } from "../work.ts";
import type { CommandEnd } from "./commandEnd.ts";
import { signalGroup } from "./endProcesses.ts";
import { readProcess } from "./processTable.ts";

/** The stopping of one command. */
export interface Stopping {
  /** Undefined as long as the command was not asked to stop. */
  readonly stop: CommandEnd["stop"];
  /** From now on nothing is sent: the group's number may become another one's. */
  end(): void;
}

/** Passes `signal` on to a command's process group as SIGTERM, and `killSignal` as SIGKILL, which ends a stopped one (SIGSTOP) too. */
export function stopCommandOnAbort(
  leader: number,
  { signal, killSignal }: Pick<WorkContext, "signal" | "killSignal">,
): Stopping {
  let stop: CommandEnd["stop"];

  function onStop(): void {
    // It ended before it was asked to, and Node has not noticed yet: what it did is complete.
    if (readProcess(leader)?.ended || !signalGroup(leader, "SIGTERM")) return;
    stop = { reason: signal.reason };
  }
  function onKill(): void {
    signalGroup(leader, "SIGKILL");
  }

  const removeListeners = [onAbort(signal, onStop), onAbort(killSignal, onKill)];
  return {
    get stop() {
      return stop;
    },
    end() {
      for (const remove of removeListeners) remove();
    },
  };
}

/** Calls back when a signal aborts, at once where it has; returns what takes that back. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}
