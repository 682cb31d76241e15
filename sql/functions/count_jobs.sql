-- How many Jobs KEDA should count as running: ceil(unfinished requests / requests per Job), at most p_max_replica_count; and one more
-- - for each request whose worker is dead, since KEDA still counts that worker's Job (not if the crash exceeds its limit);
-- - for each absent Job: one that KEDA counts although it does no work.
-- Deferred requests do not count; 0 if there are no others. Never more than five times p_max_replica_count, which is the ScaledJob's own limit.
--
-- p_kind, p_requests_per_job, p_max_replica_count: the ScaledJob's settings
-- p_pod_start_seconds: how long a pod may take from its Job's creation to its claim
--
-- Absent Jobs are the Job of a dead worker whose request another Job has claimed (batch.claim), Jobs of a lost node that never finish, and
-- Jobs that never claim (their pods were scheduled onto a lost node, or cannot be scheduled). The last two cannot be observed, only
-- inferred: a poll knows how many claims there will be once KEDA has its answer and every Job has claimed. A claim is missing when it has
-- not come 4 s after a pod may have started; while a worker is suspected 30 s sooner, but not before 14 s. Where more than 60 are
-- outstanding, each six may take a second more: Kubernetes creates that many pods a second (docs/scale.md).
-- One Job is presumed absent for each missing claim. But if no worker is suspected and a pod has failed within the week, a node may have been
-- lost with any number of Jobs, and presuming fewer than all of them would create no Job: then p_max_replica_count more are presumed, or as
-- many as there were before, if that is more (absent_peak: idle Jobs cancel the presumption of a lost node's Jobs, although these never finish).
-- An idle Job cancels one presumption (batch.reclaim), so each wrong one costs at most one idle Job. At most four times
-- p_max_replica_count are presumed, and at most p_max_replica_count if no worker is suspected and no pod has failed.
-- While more Jobs than p_max_replica_count may exist, batch.claim() lets no more than that many requests run: until 10 minutes
-- after the last poll that may have asked for more.
create or replace function batch.count_jobs(
  p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer
) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  s batch.scaling;
  capacity bigint := p_requests_per_job::bigint * p_max_replica_count;
  working bigint;
  suspects bigint;
  unfinished bigint;
  wanted bigint;         -- Jobs that should work
  made bigint;           -- claims so far
  needed bigint;         -- claims once every wanted Job has made its own
  missing bigint := 0;
  previous bigint[];     -- the numbers of claims that previous polls expected, ascending, and since when
  previous_since timestamptz[];
  last integer;
  claims bigint;
  since timestamptz;
  late timestamptz;      -- claims expected since then are missing
  burst boolean;         -- more than 60 claims are outstanding
  creation interval;     -- how long Kubernetes took to create the pods that have claimed since the last poll
  gap interval;
  pods_have_failed boolean;
  one_by_one boolean;    -- every absent Job has a missing claim
  created_at timestamptz;
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
    order by q.enqueued_xid, q.request_id limit capacity
  ) w;
  wanted := least(ceil(least(unfinished, capacity)::numeric / p_requests_per_job), p_max_replica_count);
  made := coalesce(pg_sequence_last_value(('batch.arrivals_' || p_kind)::regclass), 0);
  needed := made + wanted - working;
  gap := now() - s.polled_at;

  late := now() - make_interval(
    secs => case when suspects > 0 then greatest(p_pod_start_seconds - 26, 14) else p_pod_start_seconds + 4 end);
  previous := case when suspects > s.polled_suspects or gap > 3 * s.poll_gap + interval '12 seconds' then '{}' else s.expected_claims end;
  previous_since := s.expected_since;
  creation := make_interval(secs => (made - s.polled_claims) * 1000 / 6 / 1000.0);
  s.expected_since := '{}';
  s.expected_claims := '{}';
  for i in 1 .. cardinality(previous) loop
    -- No more than are needed now.
    claims := least(previous[i], needed);
    continue when claims <= made;
    burst := claims - made > 60;
    since := case when burst then greatest(previous_since[i], least(previous_since[i] + creation, now())) else previous_since[i] end;
    if since <= late - make_interval(secs => burst::integer * (claims - made) / 6) then
      missing := claims - made;
    end if;
    last := cardinality(s.expected_claims);
    if claims = s.expected_claims[last] then
      s.expected_since[last] := least(s.expected_since[last], since);
    else
      s.expected_since := s.expected_since || since;
      s.expected_claims := s.expected_claims || claims;
    end if;
  end loop;
  if missing > 0 then
    pods_have_failed := exists (select from batch.job j where j.kind = p_kind);
    one_by_one := suspects > 0 or not pods_have_failed;
    s.absent_jobs := greatest(s.absent_jobs, least(
      case when one_by_one then s.absent_jobs + missing else greatest(s.absent_jobs + p_max_replica_count, s.absent_peak) end,
      p_max_replica_count * case when suspects > 0 or pods_have_failed then 4 else 1 end));
    s.absent_peak := case when one_by_one then greatest(s.absent_peak, s.absent_jobs) else 0 end;
    s.expected_since := '{}';
    s.expected_claims := '{}';
  end if;
  -- A Job that has ended since the last poll may not be Complete yet: KEDA then creates the next one a poll later, and once more a
  -- poll later if another Job has ended by then.
  created_at := now() + case when suspects = 0 and s.polled_working + made - s.polled_claims > working
    then least(coalesce(gap, '0'), coalesce(s.poll_gap, '30 seconds')) else '0' end;
  if gap <= interval '12 seconds' then
    for i in 1 .. cardinality(s.expected_since) loop
      if s.expected_since[i] > now() - interval '1 second' then
        s.expected_since[i] := created_at;
      end if;
    end loop;
  end if;
  if needed > made and needed > coalesce(s.expected_claims[cardinality(s.expected_claims)], 0) then
    s.expected_since := s.expected_since || created_at;
    s.expected_claims := s.expected_claims || needed;
  end if;
  if suspects + s.absent_jobs > 0 then
    s.limited_until := now() + interval '10 minutes';
  end if;
  update batch.scaling u
  set polled_at = now(), poll_gap = gap, polled_working = working, polled_suspects = suspects, polled_claims = made,
      expected_since = s.expected_since, expected_claims = s.expected_claims, absent_jobs = s.absent_jobs,
      absent_peak = s.absent_peak, running_limit = case when s.limited_until > now() then p_max_replica_count end, limited_until = s.limited_until
  where u.kind = p_kind;
  if wanted = 0 then
    return 0;
  end if;
  return least(wanted + suspects + s.absent_jobs, 5 * p_max_replica_count);
end
$$;
