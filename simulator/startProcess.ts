import { spawn } from "node:child_process";

/** How many characters of the end of an output are kept: enough to show why a program failed. */
const OUTPUT_TAIL = 4_096;

/** A program that runs beside this process: a pod's worker, initdb, PostgreSQL. */
export interface RunningProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /**
   * Resolves when it has ended and its output is complete; `exitCode` is null when a signal ended it.
   *
   * Rejects with the reason when it could not be started.
   */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Signals the process, or with `group` also everything it started; returns false, and does nothing, if it has ended. */
  kill(signal: NodeJS.Signals, options?: { readonly group: boolean }): boolean;
  /** The last 4,096 characters that it wrote to both outputs; empty with `log`. */
  outputTail(): string;
}

/** How a process is started, and who gets its output. */
export interface ProcessArgs {
  readonly env: NodeJS.ProcessEnv;
  /** @default - this process's own */
  readonly cwd?: string;
  /**
   * The file descriptor that both outputs go to, so that they survive this process.
   *
   * @default - they are kept for `outputTail`
   */
  readonly log?: number;
}

/** Starts a program in a separate process group: Ctrl-C in the terminal reaches only this process, which then ends the program cleanly. */
export function startProcess(program: string, args: readonly string[], { env, cwd, log }: ProcessArgs): RunningProcess {
  const output = log ?? "pipe";
  const child = spawn(program, args, { env, cwd, stdio: ["ignore", output, output], detached: true });
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-OUTPUT_TAIL);
    });
  }
  let running = true;
  const ended = new Promise<Awaited<RunningProcess["ended"]>>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`cannot start ${program}: ${error.message}`, { cause: error })));
    child.once("exit", () => {
      running = false;
    });
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  return {
    pid: child.pid,
    ended,
    kill(signal, { group } = { group: false }) {
      return running && child.pid !== undefined && tryKill(group ? -child.pid : child.pid, signal);
    },
    outputTail: () => tail,
  };
}

/** Returns false for a process that ended a moment ago. */
function tryKill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    return false;
  }
}
