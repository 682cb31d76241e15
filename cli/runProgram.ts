import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { INSTALL_HINTS } from "./installHints.ts";
import { UsageError } from "./usageError.ts";

/** How a program ended. */
export interface ProgramResult {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Empty if it was not captured. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface ProgramOptions {
  /** The whole environment. @default - this process's own */
  readonly env?: NodeJS.ProcessEnv;
  /** @default - this process's own */
  readonly cwd?: string;
  /** Its standard input. @default - empty, or the terminal if its output is inherited */
  readonly input?: string;
  /**
   * Where its outputs go: into the result, or to this process's outputs (both, or standard error only).
   *
   * @default "capture"
   */
  readonly output?: "capture" | "inherit" | "inherit-stderr";
  /** Whether it runs in a separate process group, so that a terminal's Ctrl-C does not reach it. @default false */
  readonly ownGroup?: boolean;
  /** Kills the program when it aborts. @default - never */
  readonly signal?: AbortSignal;
  /** Called with the process as soon as it runs, to signal it or to read its output (UTF-8) as it arrives. */
  readonly onStart?: (child: ChildProcess) => void;
}

/**
 * Runs a program without a shell and waits for its end, whatever its exit code.
 *
 * @throws UsageError when it is not installed; Error when it cannot be started for another reason, or `signal` aborted.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { env, cwd, input, output = "capture", ownGroup = false, signal, onStart } = options;
  const stdin = input !== undefined ? "pipe" : output === "inherit" ? "inherit" : "ignore";
  const stdout = output === "inherit" ? "inherit" : "pipe";
  const stderr = output === "capture" ? "pipe" : "inherit";
  const child = spawn(program, args, { env, cwd, signal, detached: ownGroup, stdio: [stdin, stdout, stderr] });
  const outputs = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      outputs[name] += text;
    });
  }
  const ended = new Promise<Pick<ProgramResult, "exitCode" | "signal">>((resolve, reject) => {
    child.once("error", (error) => reject(toStartError(program, cwd, error)));
    child.once("close", (exitCode, killedBy) => resolve({ exitCode, signal: killedBy }));
  });
  onStart?.(child);
  // A program that ends before reading all its input reports that by its exit code.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  return { ...(await ended), ...outputs };
}

function toStartError(program: string, cwd: string | undefined, error: NodeJS.ErrnoException): Error {
  if (error.name === "AbortError") return error;
  if (cwd !== undefined && !existsSync(cwd)) {
    return new Error(`cannot start ${program}: the folder ${cwd} does not exist`, { cause: error });
  }
  if (error.code === "ENOENT" && error.syscall?.startsWith("spawn")) {
    const hint = INSTALL_HINTS[program];
    const message = `${program} must be on PATH${hint === undefined ? "" : ` (to install it: ${hint})`}; it was not found`;
    return new UsageError(message, { cause: error });
  }
  return new Error(`cannot start ${program}: ${error.message}`, { cause: error });
}
