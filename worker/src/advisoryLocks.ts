/** The first key of every advisory lock here, 'batc' in ASCII, as in `sql/functions/lock_session.sql`; the second is a session. */
export const LOCK_SPACE = 1_650_553_955;

/**
 * Locks out, until the transaction ends, other migrations (key 0; sessions are positive) and `batch.attach` and `batch.detach` (key -1, as in
 * `sql/functions/lock_attachments.sql`): they replace the same functions, and PostgreSQL fails one of two transactions that do.
 */
export const LOCK_MIGRATIONS = `select pg_advisory_xact_lock(${LOCK_SPACE}, 0), pg_advisory_xact_lock(${LOCK_SPACE}, -1)`;
