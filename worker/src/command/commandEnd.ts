import { TimedOutError } from "../errors.ts";
import type { WorkResult } from "../work.ts";
import type { JsonFile } from "./readJsonFile.ts";

/** How a command that was started ended. */
export interface CommandEnd {
  readonly code: number | null;
  /** The signal that ended it; both are null when even SIGKILL has not ended it yet. */
  readonly signal: NodeJS.Signals | null;
  /** Set if the runner passed SIGTERM on to it; the reason is that of the attempt's signal. */
  readonly stop: { readonly reason: unknown } | undefined;
  /** The end of its stdout. @default - it wrote nothing */
  readonly stdout?: string;
  /** The end of its stderr. */
  readonly stderr: string;
  readonly result: JsonFile | undefined;
  readonly outOfMemory: boolean;
}

/** What exit codes mean. */
export interface ExitCodes {
  /** Codes, besides 64, 65 and 78, after which no retry can help. */
  readonly finalExitCodes: readonly number[];
  /** The delay of a retry after exit code 75, unless the result file sets one. */
  readonly retryAfterSeconds: number;
}

/** sysexits.h: wrong usage, wrong data and wrong configuration stay wrong. */
const FINAL_EXIT_CODES: readonly number[] = [64, 65, 78];

/** EX_TEMPFAIL of sysexits.h: a later attempt may succeed. */
export const RETRY_LATER_EXIT_CODE = 75;

/** The longest delay that a result file may set: a week. */
export const MAX_RETRY_AFTER_SECONDS = 604_800;

/** How much of a wrong value a message repeats. */
const MAX_SHOWN = 60;

/** Maps a command's end to its attempt's result, by the table in docs/commands.md. */
export function getWorkResult(end: CommandEnd, exitCodes: ExitCodes): WorkResult {
  const { code, signal, stop, result } = end;
  const message = describeEnd(end);
  if (stop !== undefined) {
    // A result means that the work is complete; exit 0 alone may be how the program responds to SIGTERM.
    if (code === 0 && result && "value" in result) return { outcome: "succeeded", result: result.value };
    return stop.reason instanceof TimedOutError
      ? { outcome: "failed", message, final: false }
      : { outcome: "interrupted", message };
  }
  if (signal !== null) return { outcome: "crashed", message };
  if (code === 0) return getSuccess(end);
  if (code === RETRY_LATER_EXIT_CODE) {
    const { afterSeconds = exitCodes.retryAfterSeconds, problem } = readRetryAfter(result);
    return { outcome: "retryLater", afterSeconds, message: [message, problem].filter(Boolean).join("; ") };
  }
  const final = code !== null && [...FINAL_EXIT_CODES, ...exitCodes.finalExitCodes].includes(code);
  return { outcome: "failed", message, final };
}

function getSuccess({ result, stderr }: CommandEnd): WorkResult {
  if (result === undefined) return { outcome: "succeeded" };
  if ("value" in result) return { outcome: "succeeded", result: result.value };
  const message = [`the result file ${result.problem}`, stderr].filter(Boolean).join(": ");
  return { outcome: "failed", message, final: false };
}

/** Reads `{"retryAfter": 90}`, in seconds, like the HTTP header; the problem with anything else is for the attempt's error. */
function readRetryAfter(result: JsonFile | undefined): { readonly afterSeconds?: number; readonly problem?: string } {
  if (result === undefined) return {};
  if ("problem" in result) return { problem: `the result file ${result.problem}` };
  const { retryAfter } = (JSON.parse(result.text) ?? {}) as { retryAfter?: unknown };
  if (retryAfter === undefined) return {};
  const allowed = typeof retryAfter === "number" && retryAfter >= 0 && retryAfter <= MAX_RETRY_AFTER_SECONDS;
  if (allowed) return { afterSeconds: retryAfter };
  const got = typeof retryAfter === "number" ? retryAfter : JSON.stringify(retryAfter).slice(0, MAX_SHOWN);
  return { problem: `retryAfter must be a number from 0 to ${MAX_RETRY_AFTER_SECONDS} (seconds); got ${got}` };
}

/**
 * For example `exit code 1: ` and the end of stderr, or of stdout if a command that failed has left stderr empty: some log everything
 * to stdout (Spring Boot, PHP).
 */
function describeEnd({ code, signal, stop, stdout, stderr, outOfMemory }: CommandEnd): string {
  const how = signal !== null ? `ended by ${signal}` : code !== null ? `exit code ${code}` : "not ended by SIGKILL yet";
  const why = stop?.reason instanceof Error ? stop.reason.message : stop?.reason;
  const output = stderr || (stop === undefined && signal === null ? stdout : "");
  return [why, `${how}${outOfMemory ? ", out of memory" : ""}`, output].filter(Boolean).join(": ");
}
