/**
 * Describes why something failed in one line: the reason at the end of a chain of causes, or all reasons if there are several (a
 * host name with two addresses fails with an AggregateError that has no message).
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(describeError))].join("; ");
  }
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message || error.name : describeError(error.cause);
}
