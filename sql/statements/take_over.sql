-- Takes the Job's request over from a previous pod that does not respond, and ends that pod's connection; see
-- sql/functions/take_over.sql. Late writes of the predecessor change nothing, since its attempt is over.
--
-- $1 kind   $2 Job   $3 session that holds the request
--
-- One row: taken over. Zero rows: that session no longer has it, or has announced its stop.
--
-- The connection is ended with the caller's rights, not the function owner's. Another role's is left alone, since ending it would be
-- refused: a poll takes the lock of a session that has just died for a moment (batch.session_is_dead).
select taken, pg_catalog.pg_terminate_backend(l.pid)
from batch.take_over($1, $2, $3) as taken
left join (
  pg_catalog.pg_locks l
  join pg_catalog.pg_database d on d.oid = l.database and d.datname = current_database()
  join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.usename = current_user
) on l.locktype = 'advisory' and l.classid = 1650553955 and l.objid = $3 and l.objsubid = 2 and l.granted
