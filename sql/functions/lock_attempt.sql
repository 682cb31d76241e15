-- Locks the row of a running attempt for a statement that its worker may repeat later, without waiting for the program's own
-- transaction, which may keep the row locked for as long as it takes (batch.own).
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt
-- The Job is compared without an index: see batch.record_success().
-- Returns true: locked; false: another transaction has locked it; null: the attempt is no longer this session's.
create or replace function batch.lock_attempt(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer
) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session
  for update skip locked;
  if found then
    return true;
  end if;
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session;
  return case when found then false end;
end
$$;
