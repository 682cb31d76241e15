import { CommandError } from "../commandError.ts";

/** Something failed that is needed to continue. */
export class FailedError extends CommandError {
  override readonly name = "FailedError";

  constructor(message: string) {
    super(message, 1);
  }
}
