-- Records that the worker of an attempt was asked to stop and how long it may still take. Until then its Job's next pod waits
-- instead of ending its session.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_seconds: what is left of the grace period
-- One row: true: announced; false: the program's own transaction has locked the attempt (batch.own), call again shortly. Zero rows: the
-- attempt is no longer this session's.
create or replace function batch.announce_stop(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision
) returns setof boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked then
    update batch.queue q set stopping_until = now() + make_interval(secs => p_seconds)
    where q.kind = p_kind and q.request_id = p_request;
  end if;
  if locked is not null then
    return next locked;
  end if;
end
$$;
