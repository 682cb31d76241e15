import { getMessage } from "./getMessage.ts";

/** What PostgreSQL says in an error, with its hint in parentheses if it has one. */
export function withHint(error: Error & { readonly hint?: string }): string {
  return error.hint === undefined ? getMessage(error) : `${getMessage(error)} (${error.hint})`;
}
