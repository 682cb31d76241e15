-- Follows a changed key of a request on which a Job works: its worker has the old key, so it is not retried. It has ended under the new
-- one, or the row would have no request: once attached again, or with yet another key, it would run beside this attempt.
--
-- p_kind, p_request: the request, which the caller has locked   p_new: its new key, which has its attempts (batch.copy_history)
create or replace function batch.rekey_running(p_kind text, p_request bigint, p_new bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  request batch.queue;
begin
  update batch.queue q set canceled = format('its primary key was changed to %s', p_new)
  where q.kind = p_kind and q.request_id = p_request
  returning q.* into request;
  -- It ends now, and not when this transaction began: the table may have been truncated since (batch.clear_kind).
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, error)
  select request.kind, p_new, greatest(request.attempt, 1 + max(h.attempt)), request.session_id, request.created_at, request.started_at,
         clock_timestamp(), 'DEAD', 'canceled', format('a Job was working on it as %s when its primary key was changed', p_request)
  from batch.history h where h.kind = p_kind and h.request_id = p_new;
end
$$;
