import { type ProgramOptions, type ProgramResult, runProgram } from "./runProgram.ts";

/** How much of the program's output a message contains, from its end. */
const OUTPUT_TAIL = 4_000;

/** A program that did not end with exit code 0. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";

  readonly result: ProgramResult;

  constructor(program: string, args: readonly string[], result: ProgramResult) {
    const { exitCode, signal, stdout, stderr } = result;
    const output = `${stdout}${stderr}`.trim().slice(-OUTPUT_TAIL);
    super(`${[program, ...args.slice(0, 4)].join(" ")} ended with ${signal ?? `exit code ${exitCode}`}:\n${output}`);
    this.result = result;
  }
}

/**
 * Runs a program and returns what it wrote to standard output.
 *
 * @throws ProgramError unless its exit code is 0; what `runProgram` throws.
 */
export async function getOutput(
  program: string,
  args: readonly string[],
  options: Omit<ProgramOptions, "output"> = {},
): Promise<string> {
  const result = await runProgram(program, args, options);
  if (result.exitCode !== 0) throw new ProgramError(program, args, result);
  return result.stdout;
}
