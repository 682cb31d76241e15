import { CommandError } from "../commandError.ts";

/** A step that is required to continue has failed. */
export class FailedError extends CommandError {
  override readonly name = "FailedError";

  constructor(message: string) {
    super(message, 1);
  }
}
