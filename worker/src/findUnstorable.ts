/** What PostgreSQL's `jsonb` cannot store of a text, in words that follow "got"; undefined if it can store all of it. */
export function findUnstorable(text: string): string | undefined {
  if (text.includes("\0")) return "a string with \\u0000";
  if (!text.isWellFormed()) return "a string with half of a surrogate pair, which is not Unicode";
  return undefined;
}
