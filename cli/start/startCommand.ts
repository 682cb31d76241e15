import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { shellQuote } from "../shellQuote.ts";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** How `npm start --` is written in a folder, to be pasted there: outside the checkout npm finds it only with `--prefix`. */
export function startCommand(folder: string): string {
  const isInside = !/^\.\.(\/|$)/.test(relative(CHECKOUT, folder));
  return `npm ${isInside ? "" : `--prefix ${shellQuote(CHECKOUT)} `}start --`;
}
