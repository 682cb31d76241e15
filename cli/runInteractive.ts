import { runProgram } from "./runProgram.ts";
import { STOP_SIGNALS } from "./stopSignals.ts";

/**
 * Runs a program on the user's terminal and resolves with its exit code (1 if a signal ended it) once it has ended, whatever signals
 * arrive: a Pulumi that is not waited for would continue in the background, or leave its state locked.
 *
 * The program gets at most one SIGINT from here, since a second one would make Pulumi abort at once: for the first signal, and none after a
 * terminal's Ctrl-C, which reaches the program directly. Without a terminal the program has a separate process group, so that no signal
 * reaches it directly.
 *
 * @param stop - when it aborts, the program gets a SIGINT and is still waited for
 */
export async function runInteractive(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stop?: AbortSignal,
): Promise<number> {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let interrupt: (() => void) | undefined;
  function interruptOnce(): void {
    interrupt?.();
    interrupt = undefined;
  }
  function onSignal(signal: NodeJS.Signals): void {
    // The terminal has already sent it to the program.
    if (terminal && (signal === "SIGINT" || signal === "SIGQUIT")) interrupt = undefined;
    interruptOnce();
  }
  stop?.addEventListener("abort", interruptOnce);
  // Before the program starts: without a handler, a signal at that moment would end this process and leave the program running.
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  try {
    const { exitCode } = await runProgram(program, args, {
      env,
      output: "inherit",
      ownGroup: !terminal,
      onStart: (child) => {
        interrupt = () => child.kill("SIGINT");
      },
    });
    return exitCode ?? 1;
  } finally {
    stop?.removeEventListener("abort", interruptOnce);
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  }
}
