-- After a claim that found nothing: records the crash of a dead pod of the same Job, releases requests to which other Jobs did not
-- return, and reports what to do.
--
-- p_kind, p_job, p_session, p_lease_seconds: as in batch.claim()   p_idle: this pod has claimed nothing yet
--
-- One row, with a finding:
--   reclaimed  something may be claimed now: claim again at once
--   locked     a previous connection still holds the Job's request, or this session's lock: claim again shortly. holder is the
--              session to take the request from if it does not respond (batch.take_over); null while it may still be working, and
--              while a transaction of its program has locked the request (batch.own)
--   reserved   nothing is free, but a request's worker is dead, or it is reserved for a Job that may be dead; a pod that has done
--              nothing yet claims again until that Job is back or the request is free
-- Zero rows: nothing to do; if p_idle, one Job fewer is presumed absent (batch.count_jobs). A repeated call subtracts another one, which costs
-- at most the time until that Job is found missing again.
-- Indexes: queue_job, queue_claimed
create or replace function batch.reclaim(
  p_kind text, p_job text, p_session integer, p_lease_seconds double precision, p_idle boolean
) returns table (finding text, holder integer)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  own batch.queue;
  bound xid8;
begin
  select * into own from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id is not null and q.session_id <> p_session
  limit 1 for update skip locked;
  if found then
    if (own.lease_until is not null or not batch.has_failed_over(p_kind))
      and batch.session_is_dead(own.session_id, own.lease_until)
    then
      perform batch.end_or_reject(p_kind, own.request_id, 'crashed', format(
        'the worker in pod %s %s', own.pod_name, case when own.lease_until is null then 'died' else 'did not renew its lease' end), true);
      return query select 'reclaimed', null::integer;
    else
      return query select 'locked', case when own.lease_until is null and coalesce(own.stopping_until, now()) <= now() then own.session_id end;
    end if;
    return;
  end if;
  perform from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id is not null and q.session_id <> p_session;
  if found or p_lease_seconds is null and not batch.lock_session(p_session) then
    return query select 'locked', null::integer;
    return;
  end if;
  if batch.reap(p_kind) > 0 then
    return query select 'reclaimed', null::integer;
    return;
  end if;
  select s.claimed_xid into bound from batch.scaling s where s.kind = p_kind;
  if exists (
    select from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= bound
      and (q.suspected_at is not null or q.reserved_until is not null)
  ) then
    return query select 'reserved', null::integer;
    return;
  end if;
  if p_idle then
    -- One Job too many: it was created to replace one that was presumed absent.
    update batch.scaling s set absent_jobs = s.absent_jobs - 1 where s.kind = p_kind and s.absent_jobs > 0;
  end if;
end
$$;
