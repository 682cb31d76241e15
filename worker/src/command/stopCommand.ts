import { addAbortListener } from "node:events";
import type { WorkContext } from "../work.ts";
import type { CommandEnd } from "./commandEnd.ts";
import { signalGroup } from "./endProcesses.ts";
import { readProcess } from "./processTable.ts";

/** How one command is stopped. */
export interface Stopping {
  /** Undefined until the command is asked to stop. */
  readonly stop: CommandEnd["stop"];
  /** Sends no further signals: the group's id may be reused. */
  end(): void;
}

/** Passes `signal` on to a command's process group as SIGTERM, and `killSignal` as SIGKILL, which also ends stopped processes (SIGSTOP). */
export function stopCommandOnAbort(
  leader: number,
  { signal, killSignal }: Pick<WorkContext, "signal" | "killSignal">,
): Stopping {
  let stop: CommandEnd["stop"];

  function onStop(): void {
    // The command ended before it was asked to stop, and Node has not noticed yet: its work is complete.
    if (readProcess(leader)?.ended || !signalGroup(leader, "SIGTERM")) return;
    stop = { reason: signal.reason };
  }
  function onKill(): void {
    signalGroup(leader, "SIGKILL");
  }

  const listeners = [addAbortListener(signal, onStop), addAbortListener(killSignal, onKill)];
  return {
    get stop() {
      return stop;
    },
    end() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}
