import { SYSEXITS } from "../worker/src/outcome.ts";
import { HelpRequest } from "./args.ts";
import { CommandError } from "./commandError.ts";

/**
 * Runs a command's `main` with its arguments and exits with the code that it resolves with, a CommandError's, or 70 for a bug. A command
 * whose output could not be written has failed: exit code 1.
 */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<never> {
  let outputError: Error | undefined;
  process.stdout.on("error", (error) => {
    outputError ??= error;
  });
  // A closed terminal is reported by SIGHUP.
  process.stderr.on("error", () => undefined);
  const exitCode = await main(process.argv.slice(2)).catch(report);
  // process.exit() drops what is not yet in a pipe.
  const outputs = [process.stdout, process.stderr];
  await Promise.all(outputs.map((output) => new Promise((resolve) => output.write("", resolve))));
  if (outputError === undefined || exitCode !== 0) process.exit(exitCode);
  console.error(`cannot write to standard output: ${outputError.message}`);
  process.exit(1);
}

function report(error: unknown): number {
  if (error instanceof HelpRequest) {
    console.log(error.text);
    return 0;
  }
  if (error instanceof CommandError) {
    console.error(error.message);
    return error.exitCode;
  }
  console.error(error);
  return SYSEXITS.software;
}
