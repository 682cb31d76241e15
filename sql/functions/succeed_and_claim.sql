-- Ends an attempt with SUCCESS and claims the next request for the same pod, in one transaction: one commit and one round trip for
-- a request of a Job that has several.
--
-- p_kind, p_job, p_request, p_attempt, p_session, p_result: as batch.succeed()
-- p_pod, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished: as batch.claim()
--
-- One row: SUCCESS is recorded, and the rest is the next attempt; without a request_id there was nothing to claim. Zero rows: nothing
-- was changed, because the attempt is not this session's or has ended.
-- After zero rows, an error or a lost answer call batch.succeed() and then batch.claim(): they find out what has happened. This
-- function may not be repeated.
-- What a claim waits for must not delay the record of finished work: half a second of waiting for a lock is an error.
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
begin
  if not batch.record_success(p_kind, p_job, p_request, p_attempt, p_session, p_result) then
    return;
  end if;
  perform set_config('lock_timeout', '500ms', true);
  status := 'SUCCESS';
  select c.request_id, c.attempt, c.job_finished, c.request, c.token, c.checkpoint, c.timeout_seconds
  into request_id, attempt, job_finished, request, token, checkpoint, timeout_seconds
  from batch.claim(
    p_kind, p_job, p_pod, p_session, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished, true, true
  ) c;
  return next;
end
$$;
