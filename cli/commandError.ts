/** Ends a command with a message and an exit code; it is not a bug, so no stack is printed. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";

  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
