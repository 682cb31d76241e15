-- Ends the connection of a previous pod of the same Job that does not answer: its machine hangs, or its process is stopped. What it
-- writes later changes nothing, since its attempt is no longer its own.
--
-- $1 session
--
-- One row: whether the connection is being ended. Zero rows: no connection holds the session's lock any more.
--
-- Not a function with its owner's rights: a role may end the sessions of its own, and no other.
select pg_catalog.pg_terminate_backend(l.pid) as ended
from pg_catalog.pg_locks l
join pg_catalog.pg_database d on d.oid = l.database and d.datname = current_database()
where l.locktype = 'advisory' and l.classid = 1650553955 and l.objid = $1 and l.objsubid = 2 and l.granted
  and l.pid <> pg_catalog.pg_backend_pid()
