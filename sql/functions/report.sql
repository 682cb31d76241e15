-- Records the progress and the checkpoint of a running attempt; a null leaves the stored value.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_progress: {"done": 3, "total": 10}   p_checkpoint: any JSON
-- One row: recorded. Zero rows: the attempt is no longer this session's; nothing was changed.
create or replace function batch.report(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_progress jsonb, p_checkpoint jsonb
) returns setof boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  update batch.queue q set progress = coalesce(p_progress, q.progress), checkpoint = coalesce(p_checkpoint, q.checkpoint)
  where q.kind = p_kind and q.request_id = p_request and q.job_name = p_job and q.attempt = p_attempt and q.session_id = p_session
  returning true;
  if not found then
    -- The program has finished the request in its own transaction, and the worker does not know yet.
    return query select true from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  end if;
end
$$;
