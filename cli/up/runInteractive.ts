import { type ChildProcess, spawn } from "node:child_process";

/** Signals that ask a run to stop. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface RunOptions {
  /** Sends the program a SIGINT when it aborts; the program is waited for all the same. @default - never */
  readonly stop?: AbortSignal;
}

/**
 * Runs a program on the user's terminal and returns its exit code. It is waited for whatever signal comes: a Pulumi that is
 * not waited for would continue unseen, or leave its state locked.
 *
 * A terminal sends Ctrl-C to the program directly, and a second SIGINT makes Pulumi stop without finishing what it has begun.
 * So a signal is passed on only once, and only where there is no terminal, to a separate process group.
 */
export function runInteractive(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stop }: RunOptions = {},
): Promise<number> {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  return new Promise((resolve, reject) => {
    let child: ChildProcess | undefined;
    let stopping = false;
    const sendInterrupt = () => {
      if (!stopping) child?.kill("SIGINT");
      stopping = true;
    };
    const onSignal = (signal: NodeJS.Signals) => {
      // npm repeats a signal that the whole process group has received already.
      if (terminal && signal === "SIGINT") stopping = true;
      sendInterrupt();
    };
    // Before the program starts: without a handler, a signal in that moment would end this process and leave the program.
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
    stop?.addEventListener("abort", sendInterrupt);
    const finish = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
      stop?.removeEventListener("abort", sendInterrupt);
    };
    child = spawn(program, args, { env, stdio: "inherit", detached: !terminal });
    child.once("error", (error) => {
      finish();
      reject(error);
    });
    child.once("close", (exitCode) => {
      finish();
      resolve(exitCode ?? 1);
    });
  });
}
