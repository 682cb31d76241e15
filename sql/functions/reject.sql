-- Moves rows that cannot be processed from the queue to batch.rejected, with the reason, so that an impossible row never stops its
-- kind.
--
-- p_kind, p_ids: the requests, whose rows the caller has locked; null: none   p_reason: why
create or replace function batch.reject(p_kind text, p_ids bigint[], p_reason text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with removed as (
    delete from batch.queue q
    using unnest(p_ids) as rejected (id), lateral (
      select c.ctid as row_ctid from batch.queue c where c.kind = p_kind and c.request_id = rejected.id limit 1
    ) found
    where q.ctid = found.row_ctid returning q.*
  )
  insert into batch.rejected (kind, request_id, reason, queue_row)
  select removed.kind, removed.request_id, p_reason, to_jsonb(removed.*) from removed
$$;
