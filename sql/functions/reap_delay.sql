-- How long a dead worker's request waits for its own Job's next pod: the Job's back-off and half the base, at least 5 s.
--
-- p_kind, p_job: the Job   p_backoff_limit, p_backoff_seconds: its settings
create or replace function batch.reap_delay(p_kind text, p_job text, p_backoff_limit integer, p_backoff_seconds double precision)
returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(
    batch.backoff(
      coalesce((select j.failures from batch.job j where j.kind = p_kind and j.job_name = p_job), 0), p_backoff_limit, p_backoff_seconds
    ) + make_interval(secs => p_backoff_seconds / 2),
    interval '5 seconds'
  );
end
$$;
