/** A worker that cannot start as configured; the message names every wrong setting. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Thrown by a handler when no retry can help: the request is DEAD at once. */
export class FinalError extends Error {
  override readonly name = "FinalError";
}

/** The attempt is no longer this worker's: another one runs the request, or has ended it. Nothing was changed. */
export class LostError extends Error {
  override readonly name = "LostError";

  constructor(requestId: string, attempt: number) {
    super(`attempt ${attempt} of request ${requestId} is owned by another worker or has ended already`);
  }
}

/** The worker was asked to stop (SIGTERM): the reason a handler's signal carries. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  constructor(by: NodeJS.Signals) {
    super(`asked to stop by ${by}`);
  }
}

/** The database could not be reached for longer than the worker's patience. */
export class DatabaseAwayError extends Error {
  override readonly name = "DatabaseAwayError";

  constructor(patienceSeconds: number, cause: Error) {
    super(`the database must answer within DATABASE_PATIENCE_SECONDS (${patienceSeconds}); got ${cause.message}`, {
      cause,
    });
  }
}
