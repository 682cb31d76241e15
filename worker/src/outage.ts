import pg from "pg";

/**
 * Why a statement must be repeated later.
 *
 * - `unavailable`: there is no connection, or it broke before the answer came
 * - `busy`: another transaction has locked a row, or an operator has canceled the statement
 * - `refused`: a right, a function or the schema is missing, and may be granted or restored in a moment
 */
export type Outage = "unavailable" | "busy" | "refused";

/**
 * SQLSTATE classes and codes, and Node's codes, that mean "not now" rather than "never". A refused password (28P01) is one:
 * during a rotation, a pod has the new password seconds before the server knows it. So are a role or a database that may not be
 * connected to, or whose name is missing for a moment (28..., 3D000, 55000). Others are a full disk (53...), a disk that fails, and
 * a pooler without a server (58...), a standby that is not promoted yet (25006), and the server's own limits (57P05, 25P04).
 */
const UNAVAILABLE =
  /^(08...|28...|3D000|55000|25006|25P04|53...|57P0[1-5]|58...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTDOWN|EHOSTUNREACH|ENETDOWN|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EAI_FAIL|ENOENT)$/;

/** A serialization failure, a deadlock, lock_timeout, statement_timeout or a canceled statement. */
const BUSY = /^(40001|40P01|55P03|57014)$/;

/** insufficient_privilege, undefined_function, invalid_schema_name. */
const REFUSED = /^(42501|42883|3F000)$/;

/**
 * A server certificate that the authority's file does not verify (OpenSSL's errors, as Node names them): after a renewal the server
 * may use the new authority a minute before the file in a pod has it.
 */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$)/;

/**
 * node-postgres reports a broken connection and its own timeouts without a code, and also an answer that is not PostgreSQL's: a
 * proxy may answer in place of an unavailable server.
 */
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|Query read timeout|There was an error establishing an SSL connection)/;

/**
 * Which outage an error shows; undefined if the statement itself is wrong. Whatever a server answers to a connection is an outage:
 * administrators keep clients away by all kinds of means, such as a revoked right (42501) or a login trigger.
 *
 * @param isConnected - whether the statement was sent
 */
export function findOutage(error: unknown, isConnected: boolean): Outage | undefined {
  if (isConnected && BUSY.test(toCode(error))) return "busy";
  if (isConnected && REFUSED.test(toCode(error))) return "refused";
  return isUnavailable(error) || (!isConnected && error instanceof pg.DatabaseError) ? "unavailable" : undefined;
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.every(isUnavailable);
  const code = toCode(error);
  return UNAVAILABLE.test(code) || UNTRUSTED.test(code) || UNAVAILABLE_MESSAGE.test(error.message);
}

function toCode(error: unknown): string {
  return String((error as { code?: unknown }).code ?? "");
}
