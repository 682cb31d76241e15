import { getMessage } from "./getMessage.ts";

/** The worker cannot start, or the migration run, as configured; the message names every wrong setting and what the database lacks. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Thrown by a handler when no retry can help: the request is DEAD at once. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** The attempt is no longer this worker's: another worker runs the request or has ended it. Nothing was changed. */
export class OwnershipLostError extends Error {
  override readonly name = "OwnershipLostError";

  readonly requestId: string;
  readonly attempt: number;

  constructor(requestId: string, attempt: number) {
    super(`attempt ${attempt} of request ${requestId} is owned by another worker or has already ended`);
    this.requestId = requestId;
    this.attempt = attempt;
  }
}

/** The worker was asked to stop by a signal such as SIGTERM; an abort reason of a handler's signal. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super(`asked to stop by ${by}`);
    this.by = by;
  }
}

/** The work took longer than `timeoutSeconds`; an abort reason of a handler's signal. */
export class TimedOutError extends Error {
  override readonly name = "TimedOutError";

  readonly seconds: number;

  constructor(seconds: number) {
    super(`timed out after ${seconds} s`);
    this.seconds = seconds;
  }
}

/** A statement has waited too long for a lock of another session; the message names that session. */
export class LockWaitError extends Error {
  override readonly name = "LockWaitError";
}

/** No answer of the server arrived: it is silent, or a network or proxy in between. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** For longer than `databaseTimeoutSeconds` the database could not be reached, refused the role, or was too busy to answer. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";

  constructor(databaseTimeoutSeconds: number, cause: Error) {
    super(
      `the database must answer within DATABASE_TIMEOUT_SECONDS (${databaseTimeoutSeconds}); got ${getMessage(cause)}${
        isReadOnly(cause) ? " (the server is a replica, or read-only)" : ""
      }`,
      {
        cause,
      },
    );
  }
}

function isReadOnly(error: Error): boolean {
  return (error as { code?: string }).code === "25006";
}
