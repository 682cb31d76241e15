-- Releases requests whose Job has not returned in time, and ends attempts whose worker is dead or is long past its timeout.
--
-- p_kind: the kind   Returns how many requests were released or ended.
--
-- A running request has been left too long when its session has been dead for the Job's back-off and half the base (5 s on Kubernetes), at
-- least 5 s: the Job's next pod claims it before that, and a worker whose connection broke is back long before.
-- An attempt is ended for its timeout only if that had passed 30 s before the previous poll: after an outage of the database the
-- worker first gets the chance to record what it finished in time.
-- Index: queue_claimed. The scan compares times only: what is computed from a row may fail, and must then affect this row alone.
create or replace function batch.reap(p_kind text) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  bound xid8;
  timeout_cutoff timestamptz;
  q batch.queue;
  changed bigint := 0;
begin
  select s.claimed_xid, least(s.polled_at, now()) - interval '30 seconds' into bound, timeout_cutoff from batch.scaling s where s.kind = p_kind;

  for q in
    select c.* from batch.queue c
    where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= bound and (
      c.session_id is null and (c.reserved_until is null or c.reserved_until <= now())
      or c.deadline_at <= timeout_cutoff
      or c.suspected_at <= now() - interval '5 seconds'
    )
    for update skip locked
  loop
    begin
      if q.session_id is null then
        perform batch.release(p_kind, q.request_id);
        changed := changed + 1;
      elsif q.deadline_at <= timeout_cutoff then
        perform batch.end_or_reject(p_kind, q.request_id, 'error', format(
          'timed out after %s s, and its worker in pod %s did not record it', extract(epoch from q.deadline_at - q.started_at), q.pod_name),
          false);
        changed := changed + 1;
      elsif q.suspected_at <= now() - batch.reap_delay(p_kind, q.job_name, q.backoff_limit, q.backoff_seconds)
        and batch.session_is_dead(q.session_id, q.lease_until) and (q.lease_until is not null or not batch.has_failed_over(p_kind))
      then
        perform batch.end_or_reject(p_kind, q.request_id, 'crashed', format(
          'the worker in pod %s %s, and its Job started no other pod in time', q.pod_name,
          case when q.lease_until is null then 'died or lost its connection' else 'did not renew its lease' end), false);
        changed := changed + 1;
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when system_error or internal_error then
        -- The server's disk fails: a later poll tries again, and other requests need not wait for that.
        raise warning 'the end of attempt % of request % of % cannot be recorded yet: %', q.attempt, q.request_id, p_kind, sqlerrm;
      when others or assert_failure then
        perform batch.reject(p_kind, array[q.request_id], sqlerrm);
    end;
  end loop;
  return changed;
end
$$;
