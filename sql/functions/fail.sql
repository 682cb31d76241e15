-- Ends an attempt that did not succeed, as batch.end_attempt() says.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt
-- p_reason: as in the history (batch.end_attempt)
-- p_error: what happened   p_final: no retry can help
--
-- One row: the status recorded, FAILED or DEAD, now or by an earlier call of this session whose answer was lost; SUCCESS when the program
-- has finished the request (batch.finish). Zero rows: the attempt is no longer this session's; nothing was changed.
-- The Job is compared without an index: see batch.record_success().
create or replace function batch.fail(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text, p_error text, p_final boolean
) returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session
  for update;
  if found then
    return next batch.end_attempt(p_kind, p_request, p_reason, p_error, p_final, p_reason <> 'interrupted');
  else
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, p_reason);
  end if;
end
$$;
