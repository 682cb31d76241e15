-- Whether a session is dead: its lease has expired or, without one, no connection holds its lock.
--
-- p_session: the session   p_lease_until: the end of its lease; null: the session lock decides
--
-- Takes the lock until the end of the transaction, so that a worker that reconnects meanwhile cannot take it while its request
-- is being handed over. A server that has just started has no locks, so no session without a lease counts as dead for its first
-- 5 s: workers reconnect within 2 s. If its clock was set back since then, its start is in the future.
create or replace function batch.session_is_dead(p_session integer, p_lease_until timestamptz) returns boolean
language sql volatile
return case
  when p_lease_until is not null then p_lease_until <= now()
  when pg_postmaster_start_time() > now() + interval '5 seconds' then pg_try_advisory_xact_lock(1650553955, p_session)
  else pg_postmaster_start_time() < now() - interval '5 seconds' and pg_try_advisory_xact_lock(1650553955, p_session)
end;
