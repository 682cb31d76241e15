import { columns } from "../../cli/columns.ts";

/** Prints rows under a header, in columns: the first to the left, numbers to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const line of columns([header, ...rows], "right")) console.log(line);
}

/** Milliseconds, two digits behind the point. */
export function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

/** A whole number with its thousands apart. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString("en");
}
