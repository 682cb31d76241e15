import { noteForeignFunction } from "./foreignFunction.ts";

/**
 * What an error says, and which function of others has raised it, if one has. Node.js reports that no address of a host name can be reached by an AggregateError without a message: its errors have
 * one each.
 */
export function getMessage(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message + noteForeignFunction(error);
  return [...new Set((error.errors as readonly Error[]).map(getMessage))].join("; ");
}
