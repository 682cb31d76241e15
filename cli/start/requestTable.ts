import { printable } from "./printable.ts";
import { rowsTable } from "./report.ts";
import type { RequestRow } from "./requests.ts";

/** The columns, and those that are omitted one after another if there is not enough room. */
const COLUMNS = ["request_id", "status", "attempt", "started", "ended", "result"] as const;
const EXPENDABLE = ["started", "ended", "result"] as const;

/** The longest result, or error, that is shown. */
const MAX_RESULT = 60;

/** The requests of the user's own batch, in lines of at most `width` characters, omitting the middle of more than `maxRows`. */
export function requestTable(rows: readonly RequestRow[], maxRows: number, width?: number): string[] {
  const shown = rows.map((row) => ({ ...row, result: cut(firstLine(row.result ?? row.error ?? "")) }));
  return rowsTable({ columns: COLUMNS, expendable: EXPENDABLE }, shown, maxRows, width);
}

function firstLine(text: string): string {
  return printable(text).split("\n", 1).join("").replaceAll("\t", " ");
}

function cut(text: string): string {
  return text.length > MAX_RESULT ? `${text.slice(0, MAX_RESULT - 3)}...` : text;
}
