import { spawn } from "node:child_process";

/** How a program ended, and what it printed. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without showing its output.
 *
 * @param timeoutSeconds after which it is killed; its exit code is then not 0. @default - it may take any time
 * @throws Error when the program cannot be started
 */
export function capture(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { timeoutSeconds = 0 }: { readonly timeoutSeconds?: number } = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutSeconds * 1_000,
      killSignal: "SIGKILL",
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
      });
    }
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      if (signal !== null) output.stderr += `${program} was ended by ${signal} after ${timeoutSeconds} s`;
      resolve({ exitCode: exitCode ?? 1, ...output });
    });
  });
}
