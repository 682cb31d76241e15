import { stripVTControlCharacters } from "node:util";

/**
 * A program's text as lines that a terminal only shows: without escape sequences, which could clear the screen or leave it colored,
 * and without other control characters. A carriage return, as progress bars write it, begins a new line.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\t\n])\p{Cc}/gu, "");
}
