-- batch.enqueue() as a row trigger: partitions inherit it, so that rows inserted directly into one of them also become requests.
--
-- Argument: the kind. Refuses a row whose key exists in another partition: the key identifies the request.
create or replace function batch.enqueue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  key name;
  id bigint;
  enqueued bigint;
begin
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    id := new.id;
  else
    key := coalesce(key, batch.require_key(tg_relid, tg_argv[0]));
    execute format('select ($1).%I', key) into id using new;
  end if;
  if current_setting('postgres_batch.rekeyed', true) = 'on' and cardinality(batch.existing_rows(tg_argv[0], array[id])) = 0 then
    -- Another trigger has changed the row's key before this one (batch.rekey).
    return null;
  end if;
  perform batch.await_end(tg_argv[0], id);
  enqueued := batch.enqueue_ids(tg_argv[0], array[id]);
  if enqueued = 0 then
    perform batch.refuse_insert(tg_argv[0], array[id]);
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  end if;
  -- A transaction's snapshot may show the request of another row, which has ended since, as unfinished: then this one was enqueued.
  if enqueued = 0 or current_setting('transaction_isolation') <> 'read committed' then
    perform batch.refuse_second_row(tg_relid, tg_argv[0], id);
  end if;
  return null;
end
$$;
