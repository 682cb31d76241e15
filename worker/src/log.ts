import { inspect } from "node:util";
import { describeError } from "./describeError.ts";
import { writeLogLine } from "./logLines.ts";

/** Fields of one line, or of every line of a log: the request, its attempt, the Job. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes JSON lines, one per event. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with more fields on every line. */
  with(fields: LogFields): Log;
  /** The fields on every line. */
  readonly fields: LogFields;
  /** Writes a finished line, without its newline. */
  readonly write: (line: string) => void;
}

/** A longer line is shortened: container runtimes split lines at 16 KiB, and each line is copied several times in memory. */
const MAX_LINE = 65_536;

/** How many characters are kept of such a line's message, and of its fields. */
const MAX_PART = 20_000;

/** A log whose lines all carry `fields`; `write` gets each line without its newline. */
export function createLog(fields: LogFields, write: (line: string) => void = writeToOutput): Log {
  function line(level: string, message: string, more: LogFields = {}): void {
    const own = { time: new Date().toISOString(), level, message, ...fields };
    const whole = toJson({ ...own, ...copy(more), ...own });
    write(whole !== undefined && whole.length <= MAX_LINE ? whole : toShortLine(own, cut(whole ?? show(more))));
  }
  return {
    info: (message, more) => line("info", message, more),
    warn: (message, more) => line("warn", message, more),
    error: (message, more) => line("error", message, more),
    with: (more) => createLog({ ...fields, ...toPlain(more) }, write),
    fields,
    write,
  };
}

/** A log that discards its lines. */
export const noopLog: Log = createLog({}, () => undefined);

/** A shortened line; the log's own fields are omitted if JSON cannot represent them. */
function toShortLine(own: LogFields, shown: string): string {
  const { time, level } = own;
  const message = cut(String(own.message));
  return toJson({ ...own, message, fields: shown }) ?? JSON.stringify({ time, level, message, fields: shown });
}

function writeToOutput(line: string): void {
  writeLogLine(process.stdout, line);
}

/** Undefined if JSON cannot represent it (a bigint, a cycle): a log line must not fail the work. */
function toJson(fields: LogFields): string | undefined {
  try {
    return JSON.stringify(fields, (_key, value) => (value instanceof Error ? describeError(value) : value));
  } catch {
    return undefined;
  }
}

/** Fields for every line: as one text if JSON cannot represent them, which would otherwise cost each line the request and the Job. */
function toPlain(fields: LogFields): LogFields {
  return toJson(copy(fields)) === undefined ? { fields: show(fields) } : copy(fields);
}

/** A copy of the fields; empty if a getter throws, in which case they are shown as text. */
function copy(fields: LogFields): LogFields {
  try {
    return { ...fields };
  } catch {
    return {};
  }
}

function show(fields: LogFields): string {
  try {
    return inspect(fields, { maxStringLength: MAX_PART });
  } catch {
    return "fields that cannot be shown";
  }
}

function cut(text: string): string {
  return text.length > MAX_PART ? `${text.slice(0, MAX_PART)}... (${text.length - MAX_PART} more characters)` : text;
}
