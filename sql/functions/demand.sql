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
begin
  if not batch.maintain(p_kind) then
    return 0;
  end if;
  return batch.count_jobs(p_kind, p_requests_per_job, p_max_replica_count, p_pod_start_seconds);
end
$$;
