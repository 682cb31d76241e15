-- Moves an attempt from the queue to the history as SUCCESS, if it is still this session's. Returns whether it was.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_result: what the work returned; null: nothing
--
-- It sets no search_path: its callers set one.
--
-- The Job is compared by "is not distinct from", which uses no index: with "=" the planner may choose queue_job, where each request that the
-- Job has finished leaves a dead entry for as long as a snapshot is held elsewhere.
create or replace function batch.record_success(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb
) returns boolean
language plpgsql volatile
as $$
begin
  with done as (
    delete from batch.queue q
    where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
      and q.attempt = p_attempt and q.session_id = p_session
    returning q.kind, q.request_id, q.attempt, q.session_id, q.created_at, q.started_at, q.job_name, q.pod_name, q.progress
  )
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name, result, progress
  )
  select done.kind, done.request_id, done.attempt, done.session_id, done.created_at, done.started_at, 'SUCCESS', done.job_name,
         done.pod_name, p_result, done.progress
  from done;
  return found;
end
$$;
