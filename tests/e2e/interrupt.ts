import type { ChildProcess } from "node:child_process";

/** The signals that interrupt a run, and how it ends then: as a shell tells of a program that a signal ended. */
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A signal that comes so soon after the first is the same one: npm passes on what its whole process group has got already. */
const SAME_MS = 1_000;

/** What must not be cut short, each with what has to be done if it is. */
const running = new Map<ChildProcess, string>();
/** Ends the process once nothing of that runs any more; undefined: nobody has interrupted. */
let leave: (() => never) | undefined;

/** Makes a signal wait for a program that keeps a lock. Of its end then nobody is told: the next one must not begin. */
export function waitFor(child: ChildProcess, ifCutShort: string): void {
  running.set(child, ifCutShort);
  child.once("close", () => {
    running.delete(child);
    if (running.size === 0) leave?.();
  });
}

/**
 * From now on a signal ends the process, but lets what has to end do so first, and asks it to, once: a second SIGINT would make
 * Pulumi drop everything. A second signal ends both at once.
 */
export function endOnSignals(): void {
  let interruptedAt: number | undefined;
  function onSignal(signal: keyof typeof EXIT): void {
    if (interruptedAt !== undefined) {
      if (performance.now() - interruptedAt > SAME_MS) cutShort(EXIT[signal]);
      return;
    }
    interruptedAt = performance.now();
    leave = () => {
      console.error("interrupted: the stack is left as it is; the next run goes on with it and destroys it");
      process.exit(EXIT[signal]);
    };
    if (running.size === 0) leave();
    console.error("interrupted: pulumi is asked to end, and waited for; a second signal cuts it short");
    for (const child of running.keys()) child.kill("SIGINT");
  }
  for (const signal of Object.keys(EXIT)) process.on(signal, onSignal);
}

/** Nothing goes on unseen: what would end by itself might do so while the next run is at work. */
function cutShort(exitCode: number): never {
  for (const [child, ifCutShort] of running) {
    child.kill("SIGKILL");
    console.error(`interrupted again: ${ifCutShort}`);
  }
  process.exit(exitCode);
}
