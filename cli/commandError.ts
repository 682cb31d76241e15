/** Ends a command with a message and an exit code. It is not a bug, so no stack trace is printed. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";

  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
