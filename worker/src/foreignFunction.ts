/** An error of PostgreSQL. */
interface ServerError extends Error {
  /** The functions that were running when it was raised, the innermost first, one on a line. */
  readonly where?: string;
}

const FUNCTION = /^(?:PL\/\w+|SQL) function "?(?!batch\.|inline_code_block)([^\s"(]+)/m;

/**
 * The innermost function of others in which an error of PostgreSQL was raised, as a note to append: a trigger, an event trigger or a policy's
 * function. It may run as another role, so that "permission denied" concerns that one. Empty if there is none.
 */
export function noteForeignFunction(error: Error): string {
  const [, name] = FUNCTION.exec((error as ServerError).where ?? "") ?? [];
  return name === undefined ? "" : ` (raised in the function ${name}, which is not postgres-batch's)`;
}
