-- Keeps an attempt: takes back the session lock after the connection broke, or renews the lease.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_lease_seconds: null: the session lock
--
-- One row: true: the attempt is kept now, or the program has finished the request (batch.finish); false: another connection holds the session
-- lock, or the program's own transaction has locked the attempt (batch.own), which keeps it meanwhile: call again shortly. Zero rows: the
-- attempt is no longer this session's.
create or replace function batch.renew(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_lease_seconds double precision
) returns setof boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked is null then
    -- The program has finished the request in its own transaction, and the worker does not know yet.
    return query select true from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
    return;
  end if;
  if locked then
    update batch.queue q set suspected_at = null, lease_until = now() + make_interval(secs => p_lease_seconds)
    where q.kind = p_kind and q.request_id = p_request and (p_lease_seconds is not null or q.suspected_at is not null);
  end if;
  if p_lease_seconds is null and not batch.lock_session(p_session) then
    locked := false;
  end if;
  return next locked;
end
$$;
