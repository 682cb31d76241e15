-- The trigger for rows inserted into an attached table: once a statement, however many rows.
--
-- Argument: the kind. The transition table is called inserted.
create or replace function batch.enqueue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  ids bigint[];
begin
  execute format('select array_agg(r.%I) from inserted r', batch.key_column(tg_relid)) into ids;
  if ids is not null then
    perform batch.enqueue_ids(tg_argv[0], ids);
  end if;
  return null;
end
$$;
