import { type ProgramResult, runProgram } from "../runProgram.ts";

/** The usual time limit: a program that hangs (on a daemon, a network drive, a login) is named instead of being waited for silently. */
const LIMIT_SECONDS = 120;

/**
 * Runs a program without showing its output.
 *
 * @param timeoutSeconds - the time limit, after which the program is ended and counts as exit code 1
 * @throws UsageError when it is not installed
 */
export async function capture(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutSeconds = LIMIT_SECONDS,
): Promise<ProgramResult> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1_000);
  try {
    return await runProgram(program, args, { env, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    const stderr = `${program} did not end within ${timeoutSeconds} s`;
    return { exitCode: 1, signal: null, stdout: "", stderr };
  }
}
