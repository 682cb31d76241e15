import { type ProgramResult, runProgram } from "../runProgram.ts";

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
  timeoutSeconds?: number,
): Promise<ProgramResult> {
  const limit = timeoutSeconds === undefined ? {} : { signal: AbortSignal.timeout(timeoutSeconds * 1_000) };
  try {
    return await runProgram(program, args, { env, ...limit });
  } catch (error) {
    if (!limit.signal?.aborted) throw error;
    const stderr = `${program} did not end within ${timeoutSeconds} s`;
    return { exitCode: 1, signal: null, stdout: "", stderr };
  }
}
