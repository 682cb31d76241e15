-- The trigger for rows deleted from an attached table: a statement trigger.
--
-- Argument: the kind. The transition table is called deleted.
--
-- It may fire after the triggers for rows that the same statement has inserted or given another key, or that the user's own trigger has
-- inserted for a deleted row: what has such a key again is a new request.
create or replace function batch.dequeue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  ids bigint[];
  again bigint[];
begin
  execute format('select array_agg(r.%I) from deleted r', batch.require_key(tg_relid, tg_argv[0])) into ids;
  if ids is not null then
    perform batch.dequeue_ids(tg_argv[0], ids, 'its row was deleted');
    again := batch.existing_rows(tg_argv[0], ids);
    if cardinality(again) > 0 and batch.enqueue_ids(tg_argv[0], again) < cardinality(again) then
      perform batch.refuse_insert(tg_argv[0], again);
    end if;
  end if;
  return null;
end
$$;
