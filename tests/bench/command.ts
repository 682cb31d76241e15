import { SYSEXITS } from "../../worker/src/outcome.ts";

/** What ends a command with its message and an exit code of its own: no bug, so nobody needs a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Runs a command's `main` on its arguments, and exits with what it resolves with. */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<never> {
  process.exit(await main(process.argv.slice(2)).catch(report));
}

function report(error: unknown): number {
  if (error instanceof CommandError) {
    console.error(error.message);
    return error.exitCode;
  }
  console.error(error);
  return SYSEXITS.software;
}
