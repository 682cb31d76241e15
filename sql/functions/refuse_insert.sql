-- Raises when a row with this key must not be inserted: a Job still works on a previous row, which was deleted, or whose table was
-- truncated (one request has one owner, and the new row would have none). Raises a serialization failure when the previous row was deleted,
-- or its table truncated, after the transaction's snapshot, which still shows its request as finished.
--
-- In a transaction that restores running requests (batch.replace_waiting) their rows come from the same dump.
--
-- p_kind, p_ids: the requests
create or replace function batch.refuse_insert(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  busy record;
  marked tid[];
begin
  select q.request_id, q.job_name into busy
  from unnest(p_ids) as wanted (id), batch.kind k, lateral (
    select c.* from batch.queue c where c.kind = k.kind and c.request_id = wanted.id limit 1
  ) q
  where k.kind = p_kind and (q.canceled is not null or q.session_id is not null and q.started_at < k.cleared_at)
  order by q.request_id limit 1;
  if found then
    if current_setting('postgres_batch.restored', true) is not distinct from 'on' then
      return;
    end if;
    raise exception '% % must not be inserted again before its running attempt has ended (one request, one owner); the Job % is working on it',
      p_kind, busy.request_id, busy.job_name;
  end if;
  if current_setting('transaction_isolation') not like 'read %' then
    -- Both statements fail for a row that was written after the snapshot. A poll that has locked the kind is not waited for.
    perform from batch.kind k where k.kind = p_kind for share skip locked;
    with inserted as (
      insert into batch.deleted_request as d (kind, request_id) select p_kind, i from unnest(p_ids) i
      on conflict (kind, request_id) do nothing returning d.ctid as row_ctid
    )
    select array_agg(i.row_ctid) into marked from inserted i;
    delete from batch.deleted_request d where d.ctid = any (marked);
  end if;
end
$$;
