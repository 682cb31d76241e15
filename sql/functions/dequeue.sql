-- The trigger for rows deleted from an attached table: a statement trigger.
--
-- Argument: the kind. The transition table is called deleted.
--
-- It may fire after the triggers for rows that the same statement has inserted or given another key, or that the user's own trigger has
-- inserted for a deleted row: a row that now has such a key is a new request.
create or replace function batch.dequeue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  ids bigint[];
  reinserted bigint[];
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  if pg_trigger_depth() > 1 then
    -- Another trigger may have deleted a row before the trigger that enqueues it, or that follows its new key.
    perform set_config('postgres_batch.dequeued', 'on', true);
  end if;
  execute format('select array_agg(r.%I) from deleted r', batch.require_key(tg_relid, tg_argv[0])) into ids;
  if ids is not null then
    perform batch.dequeue_ids(tg_argv[0], ids, 'its row was deleted');
    reinserted := batch.existing_rows(tg_argv[0], ids);
    if cardinality(reinserted) > 0 and batch.enqueue_ids(tg_argv[0], reinserted) < cardinality(reinserted) then
      perform batch.refuse_old_snapshot(tg_argv[0], reinserted);
      perform batch.mark_reinserted(tg_argv[0], reinserted);
    end if;
  end if;
  return null;
end
$$;
