-- Ends an attempt with SUCCESS and claims the next request for the same pod, in one transaction: one commit and one round trip for
-- a request of a Job that has several.
--
-- p_kind, p_job, p_request, p_attempt, p_session, p_result: as batch.succeed()
-- p_pod, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished: as batch.claim()
--
-- One row: SUCCESS is recorded, as by batch.succeed(), and the rest is the next attempt; without a request_id none was claimed, because
-- nothing waits or the claim failed: batch.claim() tells which. Zero rows: the attempt is no longer this session's; nothing was changed.
-- A repeated call by the same session returns the same attempt and counts nothing, so it is safe after a lost answer.
-- A claim must neither prevent nor delay the record of finished work: an error undoes only the claim, and so does a lock that is waited
-- for longer than half a second.
create or replace function batch.succeed_and_claim(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb, p_pod text, p_limits integer[],
  p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer
) returns table (
  status text, request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb,
  timeout_seconds double precision
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  now_recorded boolean;
  lock_timeout text;
begin
  -- As every claim, before this transaction gets its ID (batch.claims_horizon): the record may wait for a lock.
  lock table batch.kind in access share mode;
  now_recorded := batch.record_success(p_kind, p_job, p_request, p_attempt, p_session, p_result);
  if not now_recorded then
    perform from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
    if not found then
      return;
    end if;
  end if;
  status := 'SUCCESS';
  begin
    -- An assignment, since "perform" would execute a query.
    lock_timeout := set_config('lock_timeout', '500ms', true);
    select c.request_id, c.attempt, c.job_finished, c.request, c.token, c.checkpoint, c.timeout_seconds
    into request_id, attempt, job_finished, request, token, checkpoint, timeout_seconds
    from batch.claim(
      p_kind, p_job, p_pod, p_session, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished,
      p_arriving => not now_recorded, p_next => now_recorded
    ) c;
  exception
    when query_canceled or others or assert_failure then
      -- The worker calls batch.claim() next, which reports what persists.
      null;
  end;
  return next;
end
$$;
