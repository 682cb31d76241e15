-- Gives a request's attempts to its new key too, numbered after those of an earlier request with that key.
--
-- p_kind, p_request: the request   p_new: its new key
--
-- If it has had that key before, only what followed is new: what precedes in that key's history belongs to an earlier request. An attempt
-- that ran while its key was changed is DEAD under the other key, although it may have succeeded.
create or replace function batch.copy_history(p_kind text, p_request bigint, p_new bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, job_name, pod_name, error, result, progress
  )
  select h.kind, p_new, h.attempt + greatest(0, 1 + previous.attempt - min(h.attempt) over ()), h.session_id, h.created_at, h.started_at,
         h.ended_at, h.status, h.reason, h.job_name, h.pod_name, h.error, h.result, h.progress
  from batch.history h, (select max(n.attempt) as attempt from batch.history n where n.kind = p_kind and n.request_id = p_new) previous
  where h.kind = p_kind and h.request_id = p_request and not exists (
    select from batch.history known
    join batch.history n on n.started_at = known.started_at and n.session_id is not distinct from known.session_id
      and (n.status = 'SUCCESS' or known.status <> 'SUCCESS')
    where known.kind = p_kind and known.request_id = p_request and known.attempt >= h.attempt
      and n.kind = p_kind and n.request_id = p_new
  );
end
$$;
