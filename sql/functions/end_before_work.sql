-- Ends an attempt before its work has begun, DEAD, because its row does not exist, cannot be read, is too long or has an impossible timeout, or
-- because the request was canceled. It does not count as a failed pod.
--
-- p_kind, p_request, p_attempt, p_session, p_job, p_pod: the attempt   p_reason: error or canceled   p_error: why
-- p_missing: its row does not exist, so its key may be inserted
create or replace function batch.end_before_work(
  p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_reason text, p_error text,
  p_missing boolean
) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with removed as (
    delete from batch.queue q where q.kind = p_kind and q.request_id = p_request returning q.created_at
  )
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error)
  select p_kind, p_request, p_attempt, p_session, coalesce(removed.created_at, now()), now(), 'DEAD', p_reason, p_job, p_pod, p_error
  from removed
  on conflict (kind, request_id, attempt) do nothing;
  insert into batch.deleted_request (kind, request_id) select p_kind, p_request where p_missing
  on conflict (kind, request_id) do nothing;
$$;
