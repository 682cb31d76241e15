-- As batch.dequeue(), once a row, for partitioned tables.
--
-- Argument: the kind.
create or replace function batch.dequeue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  id bigint;
begin
  execute format('select ($1).%I', batch.key_column(tg_relid)) into id using old;
  perform batch.dequeue_ids(tg_argv[0], array[id], 'its row was deleted');
  return null;
end
$$;
