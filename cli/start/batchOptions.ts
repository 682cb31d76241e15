import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MAX_COMMAND_BYTES } from "../../worker/src/command/commandSettings.ts";
import { orProblem } from "../../worker/src/orProblem.ts";
import { KIND_PATTERN } from "../../worker/src/settings.ts";
import type { OptionSpec } from "../args.ts";
import { splitWords } from "../splitWords.ts";
import { UsageError } from "../usageError.ts";

/** The options for a user's own batch. */
export const BATCH_OPTIONS = {
  command: {
    help: "run this program for each row instead of the sample, as docs/commands.md describes; split into words as by a shell, but run without one (use sh -c '...')",
    placeholder: "WORDS",
    what: "a program and its arguments ('python3 work.py')",
  },
  table: {
    help: "with --command: the table whose rows are the requests",
    placeholder: "NAME",
    what: "a table of the run's database",
  },
  kind: {
    help: "with --command: the kind under which the table is attached",
    placeholder: "NAME",
    what: '1 to 40 of a-z, 0-9 and "_", a letter first',
  },
  sql: {
    help: "with --command: SQL to run first, in one transaction, which creates the table and its rows",
    placeholder: "FILE",
    what: "a file of SQL in UTF-8 (./-name for one that begins with -)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** A batch whose work is a command. */
export interface CommandBatch {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly table: string;
  readonly kind: string;
  /** SQL to run first. @default - none: the table exists */
  readonly sql: { readonly file: string; readonly text: string } | undefined;
}

/** Options that apply only to the sample's rows. */
const SAMPLE_ONLY = ["requests", "seconds", "failures"] as const;

/**
 * Reads the user's own batch from a command line, including its SQL file; undefined without --command.
 *
 * @throws UsageError naming missing, wrong and conflicting options.
 */
export function readCommandBatch(
  { command, table, kind, sql }: { readonly [Name in keyof typeof BATCH_OPTIONS]: string | undefined },
  given: ReadonlySet<string>,
): CommandBatch | undefined {
  if (command === undefined) {
    const [alone] = (["sql", "table", "kind"] as const).filter((name) => given.has(name));
    if (alone === undefined) return undefined;
    throw new UsageError(
      `--${alone} must come with --command WORDS (the program to run for each row); got no --command`,
    );
  }
  const problems: string[] = [];
  const words = orProblem(problems, () => parseCommand(command));
  if (table === undefined) problems.push("--command must come with --table NAME (its rows are the requests); got none");
  if (kind === undefined)
    problems.push("--command must come with --kind NAME (the table is attached under it); got none");
  else if (!KIND_PATTERN.test(kind)) {
    problems.push(`--kind must be ${BATCH_OPTIONS.kind.what} (it is part of names); got ${JSON.stringify(kind)}`);
  }
  for (const name of SAMPLE_ONLY.filter((each) => given.has(each))) {
    problems.push(`--${name} must come without --command (the rows of --table are the requests); got both`);
  }
  const text = sql === undefined ? undefined : orProblem(problems, () => readSql(sql));
  if (problems.length > 0 || words === undefined || table === undefined || kind === undefined) {
    throw new UsageError(problems.join("\n"));
  }
  return {
    command: words,
    table,
    kind,
    sql: sql === undefined || text === undefined ? undefined : { file: sql, text },
  };
}

function parseCommand(text: string): string[] {
  const words = toWords(text);
  const bytes = Buffer.byteLength(JSON.stringify(words));
  if (bytes <= MAX_COMMAND_BYTES) return words;
  throw new UsageError(
    `--command must be at most ${MAX_COMMAND_BYTES} bytes as JSON (a pod gets it in a variable, and Linux starts no program with a ` +
      `longer one); got ${bytes}`,
  );
}

function toWords(text: string): string[] {
  try {
    const words = splitWords(text);
    if (words[0]) return words;
    throw new RangeError(JSON.stringify(text));
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      `--command must be ${BATCH_OPTIONS.command.what}; for what a shell does: "sh -c '...'"; got ${message}`,
    );
  }
}

function readSql(file: string): string {
  try {
    // An invalid character is an error: a replaced one would be in the rows.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(resolve(file)));
    if (text.includes("\0")) throw new RangeError("The file contains a zero byte");
    return text;
  } catch (error) {
    throw new UsageError(
      `--sql must be ${BATCH_OPTIONS.sql.what}; got ${JSON.stringify(file)}: ${(error as Error).message}`,
    );
  }
}
