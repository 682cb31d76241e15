import { runProgram } from "./runProgram.ts";
import { STOP_SIGNALS } from "./stopSignals.ts";

export interface InteractiveOptions {
  /** Sends the program a SIGINT when it aborts; the program is waited for all the same. @default - never */
  readonly stop?: AbortSignal;
}

/**
 * Runs a program in front of the user and resolves with its exit code, once it has ended, whatever signal comes: a Pulumi
 * that is not waited for would continue unseen, or leave its state locked.
 *
 * A terminal's Ctrl-C reaches the program directly, and a second one would make Pulumi drop everything. So a signal is passed
 * on, as SIGINT and once, only where there is no terminal, to a process group of the program's own.
 */
export async function runInteractive(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stop }: InteractiveOptions = {},
): Promise<number> {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let interrupt: (() => void) | undefined;
  function interruptOnce(): void {
    interrupt?.();
    interrupt = undefined;
  }
  function onSignal(signal: NodeJS.Signals): void {
    // The terminal has sent it to the program already.
    if (terminal && (signal === "SIGINT" || signal === "SIGQUIT")) interrupt = undefined;
    interruptOnce();
  }
  stop?.addEventListener("abort", interruptOnce);
  // Before the program starts: without a handler, a signal in that moment would end this process and leave the program.
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
