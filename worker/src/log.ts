import { inspect } from "node:util";

/** What every line of one attempt carries: the request, its attempt, the Job. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes JSON lines to standard output, one an event. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with more fields on every line. */
  with(fields: LogFields): Log;
}

/** Undefined where JSON has no words (a bigint, a circle): a line must not fail the work that logs it. */
function asJson(fields: LogFields): string | undefined {
  try {
    return JSON.stringify(fields);
  } catch {
    return undefined;
  }
}

/** A log whose lines all carry `fields`; `write` gets each line without its newline. */
export function createLog(fields: LogFields, write: (line: string) => void = console.log): Log {
  function line(level: string, message: string, more: LogFields = {}): void {
    const own = { time: new Date().toISOString(), level, message, ...fields };
    write(asJson({ ...own, ...more, ...own }) ?? JSON.stringify({ ...own, fields: inspect(more) }));
  }
  return {
    info: (message, more) => line("info", message, more),
    warn: (message, more) => line("warn", message, more),
    error: (message, more) => line("error", message, more),
    with: (more) => createLog({ ...fields, ...more }, write),
  };
}

/** A log that nobody reads. */
export const silentLog: Log = createLog({}, () => undefined);
