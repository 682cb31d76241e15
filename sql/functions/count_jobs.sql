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
-- inferred: a poll knows how many claims there will be once KEDA has its answer and every Job has claimed, and later polls find out how many
-- of these are missing (batch.expected_claims): a claim is when it has not come 4 s after a pod may have started; while a worker is suspected
-- 30 s sooner, but not before 14 s.
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
  requests record;
  suspects bigint;       -- requests whose worker is dead
  wanted bigint;         -- Jobs that should work
  made bigint;           -- claims so far
  needed bigint;         -- claims once every wanted Job has made its own
  late timestamptz;      -- claims expected since then are missing
  claims record;
  gap interval;
  pods_have_failed boolean;
  one_by_one boolean;    -- every absent Job has a missing claim
  created_at timestamptz;
begin
  select * into s from batch.scaling c where c.kind = p_kind for no key update;
  if not found then
    return 0;
  end if;
  requests := batch.count_requests(p_kind, capacity, s.claimed_xid, s.waiting_xid, s.waiting_id);
  suspects := requests.suspects;
  wanted := least(ceil(least(requests.unfinished, capacity)::numeric / p_requests_per_job), p_max_replica_count);
  made := coalesce(pg_sequence_last_value(('batch.arrivals_' || p_kind)::regclass), 0);
  needed := made + wanted - requests.working;
  gap := now() - s.polled_at;

  if suspects > s.polled_suspects or gap > 3 * s.poll_gap + interval '12 seconds' then
    s.expected_claims := '{}';
    s.expected_since := '{}';
  end if;
  late := now() - make_interval(
    secs => case when suspects > 0 then greatest(p_pod_start_seconds - 26, 14) else p_pod_start_seconds + 4 end);
  claims := batch.expected_claims(s.expected_claims, s.expected_since, made, needed, made - s.polled_claims, late);
  s.expected_claims := claims.expected;
  s.expected_since := claims.since;
  if claims.missing > 0 then
    pods_have_failed := exists (select from batch.job j where j.kind = p_kind);
    one_by_one := suspects > 0 or not pods_have_failed;
    s.absent_jobs := greatest(s.absent_jobs, least(
      case when one_by_one then s.absent_jobs + claims.missing else greatest(s.absent_jobs + p_max_replica_count, s.absent_peak) end,
      p_max_replica_count * case when suspects > 0 or pods_have_failed then 4 else 1 end));
    s.absent_peak := case when one_by_one then greatest(s.absent_peak, s.absent_jobs) else 0 end;
    s.expected_since := '{}';
    s.expected_claims := '{}';
  end if;
  -- A Job that has ended since the last poll may not be Complete yet: KEDA then creates the next one a poll later, and once more a
  -- poll later if another Job has ended by then.
  created_at := now() + case when suspects = 0 and s.polled_working + made - s.polled_claims > requests.working
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
  set polled_at = now(), poll_gap = gap, polled_working = requests.working, polled_suspects = suspects, polled_claims = made,
      expected_since = s.expected_since, expected_claims = s.expected_claims, absent_jobs = s.absent_jobs,
      absent_peak = s.absent_peak, running_limit = case when s.limited_until > now() then p_max_replica_count end, limited_until = s.limited_until
  where u.kind = p_kind;
  if wanted = 0 then
    return 0;
  end if;
  return least(wanted + suspects + s.absent_jobs, 5 * p_max_replica_count);
end
$$;
