-- Takes the lock that says "this session is alive". PostgreSQL drops it with the connection, so a killed process frees it.
-- Two-key advisory locks keep clear of the one-key locks that applications use.
--
-- p_session: the worker's session
-- Returns false when another connection holds it: the same worker's previous one, not yet noticed as broken.
create or replace function batch.lock_session(p_session integer) returns boolean
language sql volatile
return pg_try_advisory_lock(1650553955, p_session);  -- 'batc' in ASCII
