-- One row: the status in the history if this session has already ended the attempt. Zero rows: it has not.
--
-- p_kind, p_job, p_request, p_attempt, p_session: the attempt
-- p_reason: why it failed; null: success
--
-- A success is returned in any case: the program may have called batch.finish() before it failed.
create or replace function batch.recorded(
  p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text
) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select h.status from batch.history h
  where h.kind = p_kind and h.request_id = p_request and h.attempt = p_attempt and h.job_name = p_job
    and h.session_id = p_session and (h.status = 'SUCCESS' or h.reason = p_reason)
$$;
