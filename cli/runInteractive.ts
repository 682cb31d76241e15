import { runProgram } from "./runProgram.ts";
import { STOP_SIGNALS } from "./stopSignals.ts";

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
): Promise<number> {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let pass: ((signal: NodeJS.Signals) => void) | undefined;
  function onSignal(signal: NodeJS.Signals): void {
    if (terminal && (signal === "SIGINT" || signal === "SIGQUIT")) return;
    pass?.("SIGINT");
    pass = undefined;
  }
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  try {
    const { exitCode } = await runProgram(program, args, {
      ...{ env, output: "inherit", ownGroup: !terminal },
      onStart: (child) => {
        pass = (signal) => child.kill(signal);
      },
    });
    return exitCode ?? 1;
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  }
}
