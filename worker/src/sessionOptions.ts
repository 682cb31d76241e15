/** A silent server counts as unavailable: every statement here takes milliseconds. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** A lost node is noticed within 12 s, whether or not data is in flight, and what its session has locked is released with the connection. */
const KEEPALIVES: Readonly<Record<string, string>> = {
  tcp_keepalives_idle: "6",
  tcp_keepalives_interval: "2",
  tcp_keepalives_count: "3",
  tcp_user_timeout: "12000",
};

/**
 * Settings of a migration's connection, whatever the database or the role sets: attaching a large table takes minutes, a lock may be waited
 * for, and a slow machine may pause between two statements for longer than the server's timeouts.
 */
export const MIGRATION_SETTINGS: Readonly<Record<string, string>> = {
  ...KEEPALIVES,

  statement_timeout: "0",
  lock_timeout: "0",
  idle_session_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  // The queue's rows are updated and locked, which other methods (a columnar one) do not support.
  default_table_access_method: "heap",
};

/**
 * Settings of every connection of a worker, so that no setting of a database or role changes what a statement does or how a
 * row's JSON is formatted. A pooler refuses such options; the settings that matter behind one are set on the role
 * (sql/roles.sql).
 *
 * Not set, because they do not affect the worker: `client_encoding` (node-postgres sets it), `lc_messages` (error codes are read, not
 * texts), other planner and memory settings (the rows are the same), `log_*`. `synchronous_commit` is the operator's choice
 * (docs/failures.md).
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  ...KEEPALIVES,

  // The server stops waiting before the worker does: a claim that waits for a lock must not succeed after its worker has gone.
  statement_timeout: String(ANSWER_TIMEOUT_MS - 1_000),
  // Below statement_timeout: a claim that times out has not waited for a lock (batch.has_timed_out).
  lock_timeout: String(ANSWER_TIMEOUT_MS - 2_000),
  // The connection carries the session lock for as long as the work takes.
  idle_session_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  exit_on_error: "off",

  // Every statement relies on these.
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  search_path: "pg_catalog,pg_temp",
  row_security: "on",
  standard_conforming_strings: "on",
  transform_null_equals: "off",

  // Both would take longer than the statements do: JIT compilation, and a new plan for each execution, which PostgreSQL would choose for
  // some sessions (auto) if it expects a few values to make a statement cheaper.
  jit: "off",
  plan_cache_mode: "force_generic_plan",
  // Even a small table must be read by its index: it may grow while an old plan is in use.
  enable_seqscan: "off",

  // A row's JSON is the same on every server: dates, bytes, floats and money as text.
  timezone: "UTC",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmlbinary: "base64",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
};

/** Added to SESSION_SETTINGS where the server sets one of these: older servers would refuse the connection, and log that. */
export const NEWER_SETTINGS: Readonly<Record<string, string>> = {
  // 17
  transaction_timeout: "0",
};

/** The settings as a connection's `options`, with spaces escaped as in libpq. */
export function toOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
    .join(" ");
}
