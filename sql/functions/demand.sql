-- The scaling query, which KEDA runs at every poll.
--
-- p_kind, p_requests_per_job, p_max_replica_count: the ScaledJob's settings
-- p_pod_start_seconds: how long a pod may take from its Job's creation to its claim; see batch.count_jobs()
-- Returns how many Jobs there should be; 0 for a kind with a problem (batch.kind says which), or that is paused (batch.pause). Raises for a
-- kind that does not exist, for example because of a typing error: nothing else would tell anybody.
create or replace function batch.demand(
  p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer default 40
) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  current_problem text;
  kind_row record;
  jobs bigint := 0;
begin
  if (p_requests_per_job >= 1 and p_max_replica_count >= 1 and p_pod_start_seconds >= 0) is not true then
    raise invalid_parameter_value using message = format(
      'requests per Job and the maximum number of Jobs must be at least 1, and the seconds until a pod claims at least 0 (KEDA uses them); got %s, %s, %s',
      coalesce(p_requests_per_job::text, 'null'), coalesce(p_max_replica_count::text, 'null'), coalesce(p_pod_start_seconds::text, 'null'));
  end if;
  -- A poll does not wait for the disk: if a crash of the server undoes it, the next poll repeats it. Anything that depends on it is later in
  -- the log, so it is undone as well.
  perform set_config('synchronous_commit', 'off', true);
  current_problem := batch.maintain(p_kind);
  select k.problem, k.unqueued_above into kind_row from batch.kind k where k.kind = p_kind;
  if not found then
    perform batch.require_kind(p_kind);
  end if;
  if current_problem is null and not batch.is_paused(kind_row.problem) then
    -- Above this, sums would overflow; no kind has as many requests, nor waits as long.
    jobs := batch.count_jobs(p_kind, p_requests_per_job, least(p_max_replica_count, 100000000), least(p_pod_start_seconds, 100000000));
  else
    -- No Job is created, so no claim is expected. The time of the poll shows whether the clock is set back (batch.move_times_back).
    update batch.scaling s set polled_at = now(), expected_since = '{}', expected_claims = '{}'
    from (select f.kind from batch.scaling f where f.kind = p_kind for no key update skip locked) free where s.kind = free.kind;
  end if;
  -- Last, so that this poll waits for nothing after it has locked the row of the kind, which could deadlock: a TRUNCATE or batch.detach()
  -- waits for that row with the table locked, and a claim, which a poll may wait for, waits for the table. If the row is locked, a later
  -- poll updates it.
  if batch.is_paused(kind_row.problem) then
    if current_problem is not null and kind_row.unqueued_above is null then
      -- The pause stays; that there may be rows that no trigger saw must not be forgotten (batch.maintain).
      update batch.kind k set unqueued_above = -9223372036854775808
      from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
    end if;
  elsif kind_row.problem is distinct from current_problem then
    perform from batch.kind k where k.kind = p_kind and not batch.is_paused(k.problem) for no key update skip locked;
    if found then
      update batch.kind k set
        problem = current_problem, problem_since = case when current_problem is not null then coalesce(k.problem_since, now()) end
      where k.kind = p_kind;
    end if;
  end if;
  return jobs;
end
$$;
