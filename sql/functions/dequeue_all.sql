-- The trigger for a truncated table: every request of the kind has lost its row.
--
-- Argument: the kind.
--
-- Another trigger may have inserted rows before this one: the next poll enqueues them.
create or replace function batch.dequeue_all() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  perform batch.clear_kind(tg_argv[0], 'its table was truncated');
  if exists (select from batch.partition_tree(tg_relid) t where t.is_leaf and pg_relation_size(t.relation) > 0) then
    update batch.kind k set unqueued_partition = null, unqueued_above = -9223372036854775808 where k.kind = tg_argv[0];
  end if;
  return null;
end
$$;
