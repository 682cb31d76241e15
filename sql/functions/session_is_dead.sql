-- Whether a session is dead: its lease has expired or, without one, no connection holds its lock.
--
-- p_session: the session   p_lease_until: the end of its lease; null: the session lock decides
--
-- Takes the lock until the end of the transaction, so that a worker that reconnects meanwhile cannot take it while its request
-- is being handed over. No session counts as dead on a server that has just started (batch.server_just_started).
create or replace function batch.session_is_dead(p_session integer, p_lease_until timestamptz) returns boolean
language sql volatile
return case
  when p_lease_until is not null then p_lease_until <= now()
  else not batch.server_just_started() and pg_try_advisory_xact_lock(1650553955, p_session)
end;
