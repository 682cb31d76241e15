import { SYSEXITS } from "../worker/src/outcome.ts";
import { CommandError } from "./commandError.ts";

/** A command was called wrongly, or lacks something that it needs: it has not begun its work. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, SYSEXITS.usage, options);
  }
}
