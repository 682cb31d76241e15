-- The scaling query, which KEDA runs at every poll.
--
-- p_kind, p_requests_per_job, p_max_replica_count: the ScaledJob's settings
-- p_pod_start_seconds: how long a pod may take from its Job's creation to its claim; see batch.count_jobs()
-- Returns how many Jobs there should be; 0 for a kind with a problem (batch.kind says which).
create or replace function batch.demand(
  p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer default 40
) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  wrong text;
  jobs bigint := 0;
begin
  -- A poll does not wait for the disk: what a crash of the server takes back, the next poll does again. Whatever depends on it is later in
  -- the log, so it is durable only together with it.
  perform set_config('synchronous_commit', 'off', true);
  wrong := batch.maintain(p_kind);
  if wrong is null then
    jobs := batch.count_jobs(p_kind, p_requests_per_job, p_max_replica_count, p_pod_start_seconds);
  end if;
  -- Last, so that nothing is waited for with the row of the kind locked: a TRUNCATE or batch.detach() would wait for it with the table
  -- locked, and a claim, which this poll may wait for, for the table. One that is locked is left to a later poll.
  perform from batch.kind k where k.kind = p_kind and k.problem is distinct from wrong for no key update skip locked;
  if found then
    update batch.kind k set problem = wrong, problem_since = case when wrong is not null then coalesce(k.problem_since, now()) end
    where k.kind = p_kind;
  end if;
  return jobs;
end
$$;
