-- batch.dequeue() as a row trigger, where batch.create_triggers() needs one. A row that an update moves to another partition is
-- deleted and inserted: it still exists when this trigger runs, and nothing happens to its request. In a table without partitions, a row
-- that exists then is a new request.
--
-- Argument: the kind.
create or replace function batch.dequeue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  id bigint;
  reinserted boolean;
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  if pg_trigger_depth() > 1 then
    -- Another trigger may have deleted a row before the trigger that enqueues it, or that follows its new key.
    perform set_config('postgres_batch.dequeued', 'on', true);
  end if;
  execute format('select ($1).%I', batch.require_key(tg_relid, tg_argv[0])) into id using old;
  reinserted := cardinality(batch.existing_rows(tg_argv[0], array[id])) > 0;
  if reinserted and (select c.relispartition from pg_class c where c.oid = tg_relid) then
    return null;
  end if;
  perform batch.dequeue_ids(tg_argv[0], array[id], 'its row was deleted');
  if reinserted and batch.enqueue_ids(tg_argv[0], array[id]) = 0 then
    perform batch.refuse_old_snapshot(tg_argv[0], array[id]);
    perform batch.mark_reinserted(tg_argv[0], array[id]);
  end if;
  return null;
end
$$;
