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
  if batch.record_success(p_kind, p_job, p_request, p_attempt, p_session, p_result) then
    return next 'SUCCESS';
  else
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  end if;
end
$$;
