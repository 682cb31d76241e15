import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { ProgramError } from "../../cli/getOutput.ts";
import { SAME_SIGNAL_MS, type STOP_SIGNALS } from "../../cli/stopSignals.ts";

/** The exit code of an interrupted run: that of a program ended by the signal. */
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const satisfies Record<
  (typeof STOP_SIGNALS)[number],
  number
>;

/** The children that must not be killed, each with what to do if it is. */
const running = new Map<ChildProcess, string>();
/** Ends the process once none of these children runs; undefined: not interrupted. */
let exit: (() => never) | undefined;

/** Delays the exit after a signal until this child has ended. The caller is then not resumed: the next step must not start. */
export function trackChild(child: ChildProcess, recoveryHint: string): void {
  running.set(child, recoveryHint);
  child.once("close", () => {
    running.delete(child);
    if (running.size === 0) exit?.();
  });
}

/**
 * From now on a signal asks the tracked children to end, once, waits for them, and then ends the process: a second SIGINT would
 * make Pulumi abort at once. A second signal kills them.
 */
export function handleSignals(): void {
  let interruptedAt: number | undefined;
  function onSignal(signal: keyof typeof EXIT): void {
    if (interruptedAt !== undefined) {
      if (performance.now() - interruptedAt > SAME_SIGNAL_MS) killAll(EXIT[signal]);
      return;
    }
    interruptedAt = performance.now();
    exit = () => {
      console.error("interrupted: the stack is left as it is; the next run resumes it and destroys it");
      process.exit(EXIT[signal]);
    };
    if (running.size === 0) exit();
    console.error("interrupted: waiting for pulumi to stop; a second signal kills it");
    for (const child of running.keys()) child.kill("SIGINT");
  }
  for (const signal of Object.keys(EXIT)) process.on(signal, onSignal);
}

/**
 * A terminal's Ctrl-C reaches the whole process group, and the end of a program that it has killed may be noticed first: waits until this
 * process has its signal, too, and ends. Returns at once if the error is another one, or after a second.
 */
export async function awaitOwnSignal(error: unknown): Promise<void> {
  if (error instanceof ProgramError && error.result.signal !== null) await sleep(1_000);
}

/** No child may continue while the next run works. */
function killAll(exitCode: number): never {
  for (const [child, recoveryHint] of running) {
    child.kill("SIGKILL");
    console.error(`interrupted again: ${recoveryHint}`);
  }
  process.exit(exitCode);
}
