import { LOCK_SPACE } from "../../worker/src/advisoryLocks.ts";

/**
 * The sessions whose lock is held in this database, as a sub-query to be compared with a `session_id`. It reads the
 * server's lock table and takes no lock: `batch.session_is_dead()` takes one for a moment, which the observed sessions would notice.
 */
export const HELD_SESSIONS = `(
  select objid::bigint from pg_locks
  where locktype = 'advisory' and classid = ${LOCK_SPACE} and granted
    and database = (select oid from pg_database where datname = current_database())
)`;
