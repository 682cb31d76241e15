-- How many Jobs KEDA should count as running: ceil(unfinished requests / requests per Job), at most p_max_replica_count; one more
-- for each request whose worker is dead, since KEDA still counts that worker's Job; and one more for each Job that KEDA counts
-- although it does no work. Never more than five times p_max_replica_count, which is the ScaledJob's own limit.
--
-- p_kind, p_requests_per_job, p_max_replica_count: the ScaledJob's settings
-- p_pod_start_seconds: how long a pod may take from its Job's creation to its claim
--
-- Jobs that do no work: the Job of a dead worker whose request another Job has claimed (batch.claim), those of a lost node that
-- never finish, and those that are created but never claim (their pods were scheduled onto a lost node, or cannot be scheduled).
-- The last two cannot be observed, only inferred. Every poll knows how many claims the Jobs must make that exist once KEDA has the
-- answer; claims that are still missing 4 s after a pod may have started (30 s sooner while a worker is suspected, but not before 14 s)
-- are evidence of such Jobs. Where more than 60 are missing, each six may take a second more: Kubernetes creates that many pods a second
-- (docs/scale.md). One Job is presumed absent for each missing claim. But if a pod has failed within the week, a node may have been lost
-- with any number of Jobs, and presuming fewer than all of them would create no Job: then as many are presumed as there have ever been
-- (absent_peak: those of a lost node come back idle, although they never finish), and at least p_max_replica_count more. An idle Job
-- cancels one presumption (batch.reclaim), so each wrong presumption costs at most one idle Job. There are never more than four times
-- p_max_replica_count, and no more than p_max_replica_count if no pod has failed.
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
  most bigint := p_requests_per_job::bigint * p_max_replica_count;
  working bigint;
  suspects bigint;
  unfinished bigint;
  wanted bigint;
  claims bigint;
  needed bigint;
  goals bigint[];
  sinces timestamptz[];
  due timestamptz;
  many boolean;
  created interval;
  goal bigint;
  since timestamptz;
  last integer;
  short bigint := 0;
  gap interval;
  pods_have_failed boolean;
  known boolean;
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
    order by q.enqueued_xid, q.request_id limit most
  ) w;
  wanted := least(ceil(least(unfinished, most)::numeric / p_requests_per_job), p_max_replica_count);
  claims := coalesce(pg_sequence_last_value(('batch.arrivals_' || p_kind)::regclass), 0);
  needed := claims + wanted - working;
  gap := now() - s.polled_at;

  due := now() - make_interval(
    secs => case when suspects > 0 then greatest(p_pod_start_seconds - 26, 14) else p_pod_start_seconds + 4 end);
  goals := case when suspects > s.polled_suspects or gap > 3 * s.poll_gap + interval '12 seconds' then '{}' else s.expected_claims end;
  sinces := s.expected_since;
  created := make_interval(secs => (claims - s.polled_claims) * 1000 / 6 / 1000.0);
  s.expected_since := '{}';
  s.expected_claims := '{}';
  for i in 1 .. cardinality(goals) loop
    -- No more than are missing now, each number from the time when it was first expected; while more than 60 are missing, later by the
    -- time that Kubernetes needed to create those that have come. The numbers ascend.
    goal := least(goals[i], needed);
    continue when goal <= claims;
    many := goal - claims > 60;
    since := case when many then greatest(sinces[i], least(sinces[i] + created, now())) else sinces[i] end;
    if since <= due - make_interval(secs => many::integer * (goal - claims) / 6) then
      short := goal - claims;
    end if;
    last := cardinality(s.expected_claims);
    if goal = s.expected_claims[last] then
      s.expected_since[last] := least(s.expected_since[last], since);
    else
      s.expected_since := s.expected_since || since;
      s.expected_claims := s.expected_claims || goal;
    end if;
  end loop;
  if short > 0 then
    pods_have_failed := exists (select from batch.job j where j.kind = p_kind);
    known := suspects > 0 or not pods_have_failed;
    s.absent_jobs := greatest(s.absent_jobs, least(
      case when known then s.absent_jobs + short else greatest(s.absent_jobs + p_max_replica_count, s.absent_peak) end,
      p_max_replica_count * case when suspects > 0 or pods_have_failed then 4 else 1 end));
    s.absent_peak := case when known then greatest(s.absent_peak, s.absent_jobs) else 0 end;
    s.expected_since := '{}';
    s.expected_claims := '{}';
  end if;
  -- A Job that has ended since the last poll may not be Complete yet: KEDA then creates the next one a poll later, and again a poll
  -- later where another has ended.
  created_at := now() + case when suspects = 0 and s.polled_working + claims - s.polled_claims > working
    then least(coalesce(gap, '0'), coalesce(s.poll_gap, '30 seconds')) else '0' end;
  if gap <= interval '12 seconds' then
    for i in 1 .. cardinality(s.expected_since) loop
      if s.expected_since[i] > now() - interval '1 second' then
        s.expected_since[i] := created_at;
      end if;
    end loop;
  end if;
  if needed > claims and needed > coalesce(s.expected_claims[cardinality(s.expected_claims)], 0) then
    s.expected_since := s.expected_since || created_at;
    s.expected_claims := s.expected_claims || needed;
  end if;
  if suspects + s.absent_jobs > 0 then
    s.limited_until := now() + interval '10 minutes';
  end if;
  update batch.scaling u
  set polled_at = now(), poll_gap = gap, polled_working = working, polled_suspects = suspects, polled_claims = claims,
      expected_since = s.expected_since, expected_claims = s.expected_claims, absent_jobs = s.absent_jobs,
      absent_peak = s.absent_peak, running_limit = case when s.limited_until > now() then p_max_replica_count end, limited_until = s.limited_until
  where u.kind = p_kind;
  if wanted = 0 then
    return 0;
  end if;
  return least(wanted + suspects + s.absent_jobs, 5 * p_max_replica_count);
end
$$;
