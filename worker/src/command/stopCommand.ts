import { addAbortListener } from "node:events";
import type { WorkContext } from "../work.ts";
import type { CommandEnd } from "./commandEnd.ts";
import { signalGroup } from "./endProcesses.ts";
import { listProcesses, readProcess } from "./processTable.ts";

/** How one command is stopped. */
export interface Stopping {
  /** Undefined until the command is asked to stop. */
  readonly stop: CommandEnd["stop"];
  /** Sends no further signals: the group's id may be reused. */
  end(): void;
}

/**
 * Passes `signal` on to every process group of a command's session as SIGTERM, and `killSignal` to the command's own group as
 * SIGKILL, which also ends stopped processes (SIGSTOP); `endProcesses` ends the other groups.
 */
export function stopCommandOnAbort(
  leader: number,
  { signal, killSignal }: Pick<WorkContext, "signal" | "killSignal">,
): Stopping {
  let stop: CommandEnd["stop"];

  function onStop(): void {
    const groups = listOtherGroups(leader);
    // If the command ended before it was asked to stop, and Node has not noticed yet, its work is complete.
    if (readProcess(leader)?.ended || !signalGroup(leader, "SIGTERM")) return;
    for (const group of groups) signalGroup(group, "SIGTERM");
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

/** The groups of a session besides the first: `timeout` and bash with `set -m` put what they run into one of its own. */
function listOtherGroups(leader: number): ReadonlySet<number> {
  const others = listProcesses().filter(({ session, group }) => session === leader && group !== leader);
  return new Set(others.map(({ group }) => group));
}
