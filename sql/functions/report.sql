-- Records the progress and the checkpoint of a running attempt; a null leaves the stored value.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt   p_progress: {"done": 3, "total": 10}   p_checkpoint: any JSON
-- One row: true: recorded, or nothing was changed because the program has finished the request (batch.finish); false: the program's own
-- transaction has locked the attempt (batch.own), call again later. Zero rows: the attempt is no longer this session's; nothing was changed.
create or replace function batch.report(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_progress jsonb, p_checkpoint jsonb
) returns setof boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked then
    update batch.queue q set progress = coalesce(p_progress, q.progress), checkpoint = coalesce(p_checkpoint, q.checkpoint)
    where q.kind = p_kind and q.request_id = p_request;
  end if;
  if locked is null then
    -- The program has finished the request in its own transaction, and the worker does not know yet.
    return query select true from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  else
    return next locked;
  end if;
end
$$;
