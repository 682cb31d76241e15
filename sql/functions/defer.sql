-- Ends an attempt whose work asked to be run later: no Job is kept for it in the meantime.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_seconds: how much later   p_error: why
--
-- One row: the status recorded, now or by an earlier call of this session whose answer was lost: FAILED, or DEAD when its deferral limit is
-- used up or the request was canceled; SUCCESS when the program has finished the request (batch.finish). Zero rows: the attempt is no longer
-- this session's; nothing was changed.
-- The Job is compared without an index: see batch.record_success().
create or replace function batch.defer(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision, p_error text
) returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  q batch.queue;
  ended_as text;
begin
  select * into q from batch.queue row
  where row.kind = p_kind and row.request_id = p_request and row.job_name is not distinct from p_job
    and row.attempt = p_attempt and row.session_id = p_session
  for update;
  if not found then
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, 'deferred');
    return;
  end if;
  ended_as := case when q.canceled is not null or q.deferrals >= coalesce(q.deferral_limit, 0) then 'DEAD' else 'FAILED' end;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error, progress
  ) values (
    q.kind, q.request_id, q.attempt, q.session_id, q.created_at, q.started_at, ended_as, 'deferred', q.job_name, q.pod_name,
    concat_ws('; not retried: ', p_error, q.canceled), q.progress
  );
  if ended_as = 'DEAD' then
    delete from batch.queue u where u.kind = p_kind and u.request_id = p_request;
  else
    update batch.queue u set deferrals = u.deferrals + 1, available_at = now() + make_interval(secs => p_seconds)
    where u.kind = p_kind and u.request_id = p_request;
    perform batch.release(p_kind, p_request);
  end if;
  return next ended_as;
end
$$;
