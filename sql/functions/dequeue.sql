-- The trigger for rows deleted from an attached table: a statement trigger.
--
-- Argument: the kind. The transition table is called deleted.
create or replace function batch.dequeue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  ids bigint[];
begin
  execute format('select array_agg(r.%I) from deleted r', batch.require_key(tg_relid, tg_argv[0])) into ids;
  if ids is not null then
    perform batch.dequeue_ids(tg_argv[0], ids, 'its row was deleted');
  end if;
  return null;
end
$$;
