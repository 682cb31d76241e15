-- As batch.enqueue(), once a row: a partitioned table hands row triggers down to its partitions, so that rows inserted into one of
-- them directly become requests too.
--
-- Argument: the kind. Refuses a second row with the key of another one, in another partition: a request is known by it.
create or replace function batch.enqueue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  key name;
  id bigint;
begin
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    id := new.id;
  else
    execute format('select ($1).%I', key) into id using new;
  end if;
  if batch.enqueue_ids(tg_argv[0], array[id]) = 0 then
    perform batch.refuse_busy(tg_argv[0], array[id]);
    if cardinality(batch.existing_rows(tg_argv[0], array[id])) > 1 then
      raise exception '% % must be the only row with its %, in all partitions (a request is known by it); got another one',
        tg_argv[0], id, batch.key_column(tg_relid) using errcode = 'unique_violation';
    end if;
  end if;
  return null;
end
$$;
