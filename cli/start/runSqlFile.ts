import type { EventEmitter } from "node:events";
import pg from "pg";
import { findStatementLines } from "./statementLines.ts";

/** duplicate_table: a kept database already has it. */
const DUPLICATE_TABLE = "42P07";
/** What to do with a file for psql, such as a dump. */
const USE_PSQL = "run the file by psql with --keep DIR --serve, then omit --sql";
const CREATE_ROLE = "a role that may create roles must create it: create role batch_program";
const SYNTAX_ERROR = "42601";
/** active_sql_transaction: vacuum, create index concurrently. */
const IN_TRANSACTION = "25001";

/**
 * Runs an SQL file like `psql --single-transaction --file`: all of it, or nothing unless it commits itself. A transaction that the
 * file leaves open is committed as well.
 *
 * @throws Error with the file, the line, and PostgreSQL's message.
 */
export async function runSqlFile(
  client: pg.Client,
  { file, text }: { readonly file: string; readonly text: string },
): Promise<void> {
  let completed = 0;
  const { connection } = client as unknown as { connection: EventEmitter };
  const count = () => completed++;
  connection.on("commandComplete", count);
  try {
    await client.query(text);
    if (client.getTransactionStatus() === "T") await client.query("commit");
  } catch (error) {
    throw new Error(`cannot run ${file}${describe(error, text, completed)}`, { cause: error });
  } finally {
    connection.off("commandComplete", count);
  }
}

function describe(error: unknown, text: string, completed: number): string {
  if (!(error instanceof pg.DatabaseError)) return `: ${(error as Error).message}`;
  const { message, detail, hint, code, position } = error;
  const line = position === undefined ? findStatementLines(text)[completed] : findLine(text, Number(position));
  const more = [detail, getAdvice(code, message, text) ?? hint].filter(Boolean).join("; ");
  return `${line === undefined ? "" : `, line ${line}`}: ${message}${more ? ` (${more})` : ""}`;
}

function getAdvice(code: string | undefined, message: string, text: string): string | undefined {
  if (code === DUPLICATE_TABLE) return "omit --sql if the database already has the table";
  if (code === IN_TRANSACTION) return `the file is run in one transaction; ${USE_PSQL}`;
  if (message === 'role "batch_program" does not exist') return CREATE_ROLE;
  if (/at or near "\\"$/.test(message))
    return `psql's own commands (\\copy, \\i, a dump's \\restrict) are not SQL; ${USE_PSQL}`;
  if (/at or near ":"$/.test(message)) return `psql's variables (:name) are not SQL; ${USE_PSQL}`;
  const readsRows = code === SYNTAX_ERROR || message.startsWith("COPY from stdin failed");
  if (readsRows && /\bfrom\s+stdin\b/i.test(text))
    return `only psql sends the rows of copy from stdin; use insert, or ${USE_PSQL}`;
  return undefined;
}

/** PostgreSQL counts characters from 1; some of them are two UTF-16 code units in JavaScript. */
function findLine(text: string, position: number): number {
  return [...text].slice(0, position - 1).filter((character) => character === "\n").length + 1;
}
