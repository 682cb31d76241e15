-- Deletes all attempts of requests, and that their rows were deleted (batch.purge).
--
-- p_kind, p_ids: the requests
--
-- Each is found by its whole key, and written by its ctid, whatever the statistics say: the whole history may be a thousand times as long.
create or replace function batch.forget_requests(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
  ctids tid[];
begin
  select array_agg(found.row_ctid) into ctids
  from unnest(p_ids) as forgotten (id)
  cross join lateral (
    select h.ctid as row_ctid from batch.history h where h.kind = p_kind and h.request_id = forgotten.id offset 0 for update
  ) found;
  delete from batch.history h where h.ctid = any (ctids);
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = any (p_ids);
end
$$;
