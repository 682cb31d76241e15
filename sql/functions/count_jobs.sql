-- How many Jobs KEDA should count as running: ceil(unfinished requests / requests per Job), at most p_max_replica_count; one more
-- for each request whose worker is dead, since KEDA still counts that worker's Job; and one more for each Job that KEDA counts
-- although it does no work. Never more than twice p_max_replica_count, which is the ScaledJob's own limit.
--
-- p_kind, p_requests_per_job, p_max_replica_count: the ScaledJob's settings
--
-- Jobs that do no work: those of a lost node that never finish, and those that are created but do not come (their pods were
-- scheduled onto a lost node, or cannot be scheduled). They are not seen but inferred: requests were waiting, fewer than
-- p_max_replica_count were worked on, and no Job has arrived for 30 s (14 s where a worker died), or too few in 90 s. Their number
-- is taken for twice as high every 14 s that this lasts, so that a request gets its Job in two minutes however many there are. A Job
-- that arrives and finds nothing to do takes one back (batch.reclaim): a wrong inference costs at most p_max_replica_count idle
-- Jobs. Meanwhile batch.claim() lets no more than p_max_replica_count requests run.
create or replace function batch.count_jobs(p_kind text, p_requests_per_job integer, p_max_replica_count integer) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  s batch.scaling;
  most bigint := p_requests_per_job::bigint * p_max_replica_count;
  working bigint;
  suspects bigint;
  unfinished bigint;
  wanted bigint;
  missing bigint;
  arrivals_now bigint;
  short bigint;
  gap interval;
  patience interval;
  overdue interval;
  doublings integer;
begin
  select * into s from batch.scaling c where c.kind = p_kind for no key update;
  if not found then
    return 0;
  end if;
  select count(*) filter (where c.suspected_at is null), count(*) filter (where c.suspected_at is not null and c.crashes < c.crash_limit),
         count(*)
  into working, suspects, unfinished
  from batch.queue c
  where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= s.claimed_xid;
  select suspects + count(*) filter (where w.suspected_at is not null), unfinished + count(*) into suspects, unfinished
  from (
    select q.suspected_at from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null
      and (q.enqueued_xid, q.request_id) >= (s.waiting_xid, s.waiting_id)
    order by q.enqueued_xid, q.request_id limit most
  ) w;
  wanted := least(ceil(least(unfinished, most)::numeric / p_requests_per_job), p_max_replica_count);
  missing := wanted - working;
  arrivals_now := coalesce(pg_sequence_last_value(('batch.arrivals_' || p_kind)::regclass), 0);
  gap := now() - s.polled_at;
  patience := case when suspects > 0 then interval '14 seconds' else interval '30 seconds' end;

  if arrivals_now <> s.arrivals then
    s.arrived_at := now();
  end if;
  overdue := greatest(
    now() - greatest(s.watched_since, s.arrived_at) - patience,
    now() - s.watched_since - interval '90 seconds'
  );
  short := least(s.watched_missing, missing) - (arrivals_now - s.watched_arrivals);
  if missing <= 0 then
    s.watched_since := null;
  elsif s.watched_since is null or short <= 0 or suspects > s.watched_suspects or gap > 3 * s.poll_gap + interval '10 seconds' then
    s.watched_since := now();
    s.watched_arrivals := arrivals_now;
    s.watched_missing := missing;
    s.watched_absent := s.absent_jobs;
  elsif overdue >= interval '0' then
    doublings := least(floor(extract(epoch from overdue) / 14), 20);
    s.absent_jobs := least(greatest(s.absent_jobs, s.watched_absent + short * 2 ^ doublings), p_max_replica_count);
  end if;
  update batch.scaling u
  set polled_at = now(), poll_gap = gap, watched_since = s.watched_since, watched_missing = s.watched_missing,
      watched_suspects = suspects, watched_arrivals = s.watched_arrivals, watched_absent = s.watched_absent, arrivals = arrivals_now, arrived_at = s.arrived_at,
      absent_jobs = s.absent_jobs,
      running_limit = case when suspects + s.absent_jobs > 0 then p_max_replica_count end
  where u.kind = p_kind;
  if wanted = 0 then
    return 0;
  end if;
  return least(wanted + suspects + s.absent_jobs, 2 * p_max_replica_count);
end
$$;
