-- Ends the connection that holds a session's lock, unless it is the caller's: that of a predecessor that does not respond, or the
-- worker's own previous one, which broke without the server's knowledge (a proxy in between keeps its end open, a process of the server
-- hangs) and would keep the lock for as long as that lasts.
--
-- p_session: the session   Returns whether one was asked to end; null: there is none that may be ended.
--
-- Runs with the caller's rights. Another role's connection is left alone, since ending it would be refused: a poll takes the lock of a
-- session that has just died for a moment (batch.session_is_dead). So is one that waits for a synchronous replica: ending it would show its
-- transaction as committed before the replica has it.
create or replace function batch.end_connection(p_session integer) returns boolean
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select bool_or(pg_terminate_backend(l.pid))
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.classid = 1650553955 and l.objid = p_session and l.objsubid = 2 and l.granted
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.pid <> pg_backend_pid() and a.usename = current_user and a.wait_event is distinct from 'SyncRep'
$$;
