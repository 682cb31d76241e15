import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { SettingsError } from "../errors.ts";
import { maxValueBytes } from "../maxValueBytes.ts";
import { type NumberRule, parseNumber } from "../number.ts";
import { orProblem } from "../orProblem.ts";
import { type ExitCodes, MAX_RETRY_AFTER_SECONDS, RETRY_LATER_EXIT_CODE } from "./commandEnd.ts";

/** How a command is run; read once, at the start. */
export interface CommandSettings extends ExitCodes {
  /** The program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** The absolute path of the folder in which each attempt gets a folder for its files; must be writable. */
  readonly directory: string;
}

/** The longest command, as JSON. */
export const MAX_COMMAND_BYTES = maxValueBytes("COMMAND");

/** The limits of the command's number settings. */
export const COMMAND_NUMBER_RULES = {
  retryAfterSeconds: {
    min: 0,
    max: MAX_RETRY_AFTER_SECONDS,
    fractions: true,
    why: "how long exit code 75 waits, at most a week",
  },
} as const satisfies Record<string, NumberRule>;

/** Used for variables that are not set. */
export const COMMAND_DEFAULTS = { retryAfterSeconds: 60 } as const;

/**
 * Reads how the command is run from environment variables.
 *
 * @throws SettingsError naming every wrong variable, what is allowed, and the value it had.
 */
export function readCommandSettings(env: NodeJS.ProcessEnv): CommandSettings {
  const { COMMAND = "", FINAL_EXIT_CODES, RETRY_AFTER_SECONDS, COMMAND_DIRECTORY } = env;
  const problems: string[] = [];
  const command = orProblem(problems, () => parseCommand(COMMAND));
  const finalExitCodes = orProblem(problems, () => parseExitCodes(FINAL_EXIT_CODES ?? ""));
  const retryAfterSeconds = orProblem(problems, () =>
    RETRY_AFTER_SECONDS
      ? parseNumber("RETRY_AFTER_SECONDS", RETRY_AFTER_SECONDS, COMMAND_NUMBER_RULES.retryAfterSeconds)
      : COMMAND_DEFAULTS.retryAfterSeconds,
  );
  if (command === undefined || finalExitCodes === undefined || retryAfterSeconds === undefined) {
    throw new SettingsError(problems);
  }
  return { command, finalExitCodes, retryAfterSeconds, directory: resolve(COMMAND_DIRECTORY || tmpdir()) };
}

function parseCommand(text: string): readonly string[] {
  const command = parseOrUndefined(text);
  const isCommand =
    Array.isArray(command) &&
    command.every((part) => typeof part === "string" && !part.includes("\0")) &&
    Boolean(command[0]);
  if (isCommand) return command;
  throw new RangeError(
    `COMMAND must be a JSON array of strings, the program first (["python3", "work.py"]); got ${JSON.stringify(text)}`,
  );
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseExitCodes(text: string): readonly number[] {
  const codes = text.split(",").map((code) => code.trim());
  if (codes.length === 1 && codes[0] === "") return [];
  const numbers = codes.map((code) => (/^\d+$/.test(code) ? Number(code) : Number.NaN));
  if (numbers.every((code) => code >= 1 && code <= 255 && code !== RETRY_LATER_EXIT_CODE)) return numbers;
  throw new RangeError(
    `FINAL_EXIT_CODES must be numbers from 1 to 255 and not ${RETRY_LATER_EXIT_CODE}, separated by commas ` +
      `(0 is success, ${RETRY_LATER_EXIT_CODE} is "retry later"); got ${JSON.stringify(text)}`,
  );
}
