import { columns } from "../../cli/columns.ts";

/** Prints rows under a header, in columns: the first left-aligned, numbers right-aligned. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const line of columns([header, ...rows], "right")) console.log(line);
}

/** Milliseconds with two decimal places. */
export function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

/** A whole number with thousands separators. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString("en");
}
