/** What PostgreSQL says in an error, with its hint in parentheses if it has one. */
export function withHint(error: Error & { readonly hint?: string }): string {
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
}
