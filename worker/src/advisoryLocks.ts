/**
 * The first key of every advisory lock here, 'batc' in ASCII, as in `sql/functions/lock_session.sql`. The second is a session, or, in
 * LOCK_MIGRATIONS, 0 or -1.
 */
export const LOCK_SPACE = 1_650_553_955;

/**
 * Locks out, until the transaction ends, other migrations (key 0; sessions are positive) and `batch.attach` and `batch.detach` (key -1, as
 * in `sql/functions/lock_attachments.sql`): they replace the same functions, and of two transactions that do, PostgreSQL lets one fail.
 */
export const LOCK_MIGRATIONS = `select pg_advisory_xact_lock(${LOCK_SPACE}, 0), pg_advisory_xact_lock(${LOCK_SPACE}, -1)`;
