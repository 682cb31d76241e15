import { DatabaseError } from "./createClient.ts";

/**
 * Why a statement must be repeated later.
 *
 * - `unavailable`: there is no connection, or it broke before the answer came
 * - `busy`: another transaction has locked a row, or an operator has canceled the statement
 * - `refused`: a right, a function, a table or the schema is missing, and may be granted or restored in a moment
 */
export type Outage = "unavailable" | "busy" | "refused";

/**
 * SQLSTATE classes and codes that mean "not now" rather than "never": a lost connection (08...), a server that stops or starts (57P01 to
 * 57P03), a role or a database that is gone or refuses connections (28..., 3D000, 57P04, 55000), a full disk or no free connection (53...),
 * a disk that fails, and a pooler without a server (58...), corrupted data and internal errors (XX...), a standby that is not promoted yet
 * (25006), and a session that the server, or a pooler in between, has ended for its time or left in a failed transaction (57P05, 25P02 to
 * 25P04).
 */
const UNAVAILABLE = /^(08...|28...|3D000|55000|25006|25P0[2-4]|53...|57P0[1-5]|58...|XX...)$/;

/** The server's functions that refuse transaction numbers until it is vacuumed; their code is 54000, as for a value that is too large. */
const OUT_OF_NUMBERS = /^(GetNewTransactionId|GetNewMultiXactId)$/;

/** With these the server itself refuses a statement. The others may come after it was run, or from a pooler that lost the server. */
const NOT_RUN = /^(25006|25P02|53...|54000|55000)$/;

/** A disk that is full or fails, and no free memory: the session that reports it works. */
const SESSION_WORKS = /^(53100|53200|58030)$/;

/** A serialization failure, a deadlock, lock_timeout, statement_timeout or a canceled statement. */
const BUSY = /^(40001|40P01|55P03|57014)$/;

/** insufficient_privilege, undefined_function, undefined_table, invalid_schema_name. */
const REFUSED = /^(42501|42883|42P01|3F000)$/;

/** What node-postgres reports without a code. */
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|Query read timeout|There was an error establishing an SSL connection|The server does not support SSL connections|SASL: |the server demands a password)/;

/**
 * Which outage an error shows; undefined if the statement itself is wrong.
 *
 * Whatever prevents a connection is an outage. Administrators keep clients away by all kinds of means: a revoked right (42501), a login
 * trigger. In a rotation a pod has a new password, or a server a new certificate, a moment before the other side. And networks fail in
 * their own ways (EADDRNOTAVAIL, EPERM, a TLS alert).
 *
 * @param isConnected - whether the statement was sent
 */
export function findOutage(error: unknown, isConnected: boolean): Outage | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = toCode(error);
  if (!(error instanceof DatabaseError)) {
    // Node's errors, and OpenSSL's, have codes: of the connection, since the statements are correct.
    return code !== "" || UNAVAILABLE_MESSAGE.test(error.message) ? "unavailable" : undefined;
  }
  if (!isConnected || UNAVAILABLE.test(code) || OUT_OF_NUMBERS.test(error.routine ?? "")) return "unavailable";
  if (BUSY.test(code)) return "busy";
  return REFUSED.test(code) ? "refused" : undefined;
}

/** Whether the server may have run a statement that failed because it was unavailable: the answer is lost. */
export function mayHaveRun(error: unknown): boolean {
  return !(error instanceof DatabaseError && NOT_RUN.test(toCode(error)));
}

/** Whether the session that reports the error works, so that it can be kept: its lock shows that the worker is alive. */
export function isSessionWorking(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return SESSION_WORKS.test(toCode(error)) || OUT_OF_NUMBERS.test(error.routine ?? "");
}

function toCode(error: Error): string {
  return String((error as { code?: unknown }).code ?? "");
}
