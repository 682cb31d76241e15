import type { EventEmitter } from "node:events";
import pg from "pg";
import { findStatementLines } from "./statementLines.ts";

/** duplicate_table: what a database that was kept has already. */
const DUPLICATE_TABLE = "42P07";

/**
 * Runs a file of SQL as `psql --single-transaction --file` does: all of it, or, unless it commits itself, nothing.
 *
 * @throws Error with the file, the line, and what PostgreSQL says.
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
  const advice =
    code === DUPLICATE_TABLE
      ? "leave out --sql where the database has the table already"
      : /at or near "\\"$/.test(message)
        ? "psql's own commands (\\copy, \\i) are not SQL"
        : hint;
  const more = [detail, advice].filter(Boolean).join("; ");
  return `${line === undefined ? "" : `, line ${line}`}: ${message}${more ? ` (${more})` : ""}`;
}

/** PostgreSQL counts characters from 1, of which some are two of JavaScript's. */
function findLine(text: string, position: number): number {
  return [...text].slice(0, position - 1).filter((character) => character === "\n").length + 1;
}
