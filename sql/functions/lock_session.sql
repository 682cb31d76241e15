-- Takes the lock that means "this session is alive". PostgreSQL releases it with the connection, so a killed process releases it.
-- Two-key advisory locks do not collide with the one-key locks that applications use.
--
-- p_session: the worker's session
-- Returns false when another connection holds it: the same worker's previous one, which the server does not know to be broken yet.
create or replace function batch.lock_session(p_session integer) returns boolean
language sql volatile
return pg_try_advisory_lock(1650553955, p_session);  -- 'batc' in ASCII
