/**
 * What an error says. Node.js reports that no address of a host name can be reached by an AggregateError without a message: its errors have
 * one each.
 */
export function getMessage(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message;
  return [...new Set((error.errors as readonly Error[]).map(getMessage))].join("; ");
}
