import { getOutput } from "../../cli/getOutput.ts";
import type { ProgramOptions } from "../../cli/runProgram.ts";
import { trackChild } from "./interrupt.ts";

/**
 * Runs pulumi and returns its standard output. An interruption waits for it: it has a separate process group, so that a terminal's
 * Ctrl-C reaches it only once, through `handleSignals`.
 *
 * @param recoveryHint - what to do if it is killed nevertheless
 * @throws ProgramError unless its exit code is 0; UsageError when it is not installed.
 */
export async function getPulumiOutput(
  args: readonly string[],
  options: Pick<ProgramOptions, "cwd" | "env">,
  recoveryHint: string,
): Promise<string> {
  return await getOutput("pulumi", args, {
    ...options,
    ownGroup: true,
    onStart: (child) => trackChild(child, recoveryHint),
  });
}
