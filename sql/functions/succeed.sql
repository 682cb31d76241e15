-- Ends an attempt with SUCCESS: the request leaves the queue, the attempt enters the history.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_result: what the work returned; null: nothing
--
-- One row: recorded, now or by an earlier call of this session whose answer was lost, or by batch.finish(). Zero rows: the
-- attempt is no longer this session's; nothing was changed.
create or replace function batch.succeed(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb
) returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with done as (
    delete from batch.queue q
    where q.kind = p_kind and q.request_id = p_request and q.job_name = p_job and q.attempt = p_attempt and q.session_id = p_session
    returning q.*
  )
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name, result, progress
  )
  select done.kind, done.request_id, done.attempt, done.session_id, done.created_at, done.started_at, 'SUCCESS', done.job_name,
         done.pod_name, p_result, done.progress
  from done
  returning status;
  if not found then
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  end if;
end
$$;
