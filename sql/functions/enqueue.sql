-- The trigger for rows inserted into an attached table: a statement trigger, however many rows.
--
-- Argument: the kind. The transition table is called inserted.
--
-- The triggers of a table may fire one inside another, when a user's own trigger changes a row. By settings of the transaction they know of
-- each other: postgres_batch.rekeyed (a key was changed), .dequeued (a row was deleted that had no request), .not_enqueued (a row was
-- inserted whose key was in use) and .unseen (the last 100 changes of keys of rows that were not enqueued yet: kind, old key, new key).
--
-- This decides what an insert costs: a dynamic statement that names the key's column is planned at each call, which takes longer
-- than everything else, so the usual name is written out. Sequential scans of small catalogs cost as much.
create or replace function batch.enqueue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  key name;
  ids bigint[];
  existing bigint[];
begin
  if current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    select array_agg(r.id) into ids from inserted r;
  else
    key := coalesce(key, batch.require_key(tg_relid, tg_argv[0]));
    execute format('select array_agg(r.%I) from inserted r', key) into ids;
  end if;
  if 'on' in (current_setting('postgres_batch.rekeyed', true), current_setting('postgres_batch.dequeued', true)) then
    -- Another trigger may have changed the key of an inserted row, or deleted it, before this one (batch.rekey, batch.dequeue).
    existing := batch.existing_rows(tg_argv[0], ids);
    if cardinality(existing) < cardinality(ids) and batch.attachment_problem(tg_argv[0]) is null then
      ids := existing;
    end if;
  end if;
  if batch.enqueue_ids(tg_argv[0], ids) < cardinality(ids) then
    perform batch.refuse_old_snapshot(tg_argv[0], ids);
    perform batch.mark_reinserted(tg_argv[0], ids);
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  end if;
  return null;
end
$$;
