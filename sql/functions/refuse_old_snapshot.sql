-- Raises a serialization failure when the previous row of an inserted key was deleted, or its table truncated, after the transaction's
-- snapshot, which still shows its request as finished.
--
-- p_kind, p_ids: the requests that were not enqueued
create or replace function batch.refuse_old_snapshot(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  marked tid[];
begin
  if current_setting('transaction_isolation') like 'read %' then
    return;
  end if;
  -- Both statements fail for a row that was written after the snapshot. A poll that has locked the kind is not waited for.
  perform from batch.kind k where k.kind = p_kind for share skip locked;
  with inserted as (
    insert into batch.deleted_request as d (kind, request_id) select p_kind, i from unnest(p_ids) i
    on conflict (kind, request_id) do nothing returning d.ctid as row_ctid
  )
  select array_agg(i.row_ctid) into marked from inserted i;
  delete from batch.deleted_request d where d.ctid = any (marked);
end
$$;
