-- Releases requests whose Job has not come back in time, and ends attempts whose worker is dead or is long past its timeout.
--
-- p_kind: the kind   Returns how many requests were freed or ended.
--
-- A running request is overdue when its session was seen dead for the Job's back-off and half the base, 5 s on Kubernetes, and
-- at least 5 s: its Job's next pod takes it before that, and a worker whose connection broke is back long before.
-- A row that cannot be processed goes to batch.rejected.
create or replace function batch.reap(p_kind text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  bound xid8;
  overdue record;
  changed bigint := 0;
begin
  select s.claimed_xid into bound from batch.scaling s where s.kind = p_kind;

  for overdue in
    select q.request_id, q.pod_name, q.session_id, q.reserved_until <= now() as unclaimed,
           q.deadline_at <= now() - interval '30 seconds' as timed_out, q.deadline_at - q.started_at as timeout
    from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt > 0 and q.claimed_xid >= bound and (
      q.reserved_until <= now()
      or q.session_id is not null and (
        q.deadline_at <= now() - interval '30 seconds'
        or q.suspected_at <= now() - greatest(
            batch.backoff(
              coalesce((select j.failures from batch.job j where j.kind = p_kind and j.job_name = q.job_name), 0),
              q.backoff_limit, q.backoff_seconds
            ) + make_interval(secs => q.backoff_seconds / 2),
            interval '5 seconds'
          )
          and batch.session_is_dead(q.session_id, q.lease_until)
      )
    )
    for update skip locked
  loop
    begin
      if overdue.session_id is null then
        perform batch.release(p_kind, overdue.request_id);
      elsif overdue.timed_out then
        perform batch.end_attempt(p_kind, overdue.request_id, 'error', format(
          'timed out after %s s, and its worker in pod %s did not record it', extract(epoch from overdue.timeout), overdue.pod_name),
          false, false);
      else
        perform batch.end_attempt(p_kind, overdue.request_id, 'crashed', format(
          'the worker in pod %s died, and its Job started no other in time', overdue.pod_name), false, false);
      end if;
    exception when others then
      perform batch.reject(p_kind, overdue.request_id, sqlerrm);
    end;
    changed := changed + 1;
  end loop;
  return changed;
end
$$;
