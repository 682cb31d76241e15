-- Enqueues rows that were inserted while a Job worked on a previous row of their key (batch.mark_reinserted), once that attempt has ended: 10,000
-- at once.
--
-- p_kind: the kind; its attachment must be intact
-- What another transaction has locked, which may delete the row again, is left to a later poll.
create or replace function batch.enqueue_reinserted(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ids bigint[];
begin
  if not exists (select from batch.deleted_request d where d.kind = p_kind and d.reinserted) then
    return;
  end if;
  -- The table before the requests, as in batch.sweep().
  perform batch.read_keys(p_kind, null, null, 0, null);
  ids := array(
    select d.request_id from batch.deleted_request d
    where d.kind = p_kind and d.reinserted
      and (select true from batch.queue q where q.kind = p_kind and q.request_id = d.request_id limit 1) is null
    limit 10000 for update skip locked
  );
  if cardinality(ids) > 0 then
    perform batch.enqueue_ids(p_kind, batch.existing_rows(p_kind, ids));
    -- What is left has no row: it was removed without a trigger.
    update batch.deleted_request d set reinserted = false where d.kind = p_kind and d.request_id = any (ids);
  end if;
end
$$;
