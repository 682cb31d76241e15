-- Ends a claim whose row could not be read in time, or because the server's disk fails or it lacks the memory: an error of the attempt. The
-- request waits for the Job controller's back-off, by its own errors and not by the Job's failed pods, and any Job may claim it then. It does
-- not count as a failed pod. DEAD when its limit of errors is used up, or when it was canceled.
--
-- p_kind, p_request, p_attempt, p_session, p_job, p_pod: the attempt; the caller has locked the request's row
-- p_limits, p_backoff_seconds: as in batch.claim()   p_reason: why; null: it could not be read in time
create or replace function batch.end_failed_read(
  p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_limits integer[],
  p_backoff_seconds double precision, p_reason text default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  q batch.queue;
  dead boolean;
begin
  p_reason := coalesce(
    p_reason, format('its row could not be read within %s (statement_timeout)', current_setting('statement_timeout')));
  select * into strict q from batch.queue row where row.kind = p_kind and row.request_id = p_request for update;
  dead := q.canceled is not null or q.errors >= p_limits[1];
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error)
  values (p_kind, p_request, p_attempt, p_session, coalesce(q.created_at, now()), now(), case when dead then 'DEAD' else 'FAILED' end, 'error',
          p_job, p_pod, concat_ws('; not retried: ', p_reason, q.canceled))
  on conflict (kind, request_id, attempt) do nothing;
  if dead then
    delete from batch.queue u where u.kind = p_kind and u.request_id = p_request;
    return;
  end if;
  update batch.queue u
  set attempt = p_attempt, errors = u.errors + 1, created_at = coalesce(u.created_at, now()),
      available_at = now() + batch.backoff(q.errors, p_limits[1], p_backoff_seconds)
  where u.kind = p_kind and u.request_id = p_request;
  perform batch.release(p_kind, p_request);
end
$$;
