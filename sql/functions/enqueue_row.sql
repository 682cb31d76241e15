-- As batch.enqueue(), once a row: a partitioned table hands row triggers down to its partitions, so that rows inserted into one of
-- them directly become requests too.
--
-- Argument: the kind.
create or replace function batch.enqueue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  id bigint;
begin
  execute format('select ($1).%I', batch.key_column(tg_relid)) into id using new;
  perform batch.enqueue_ids(tg_argv[0], array[id]);
  return null;
end
$$;
