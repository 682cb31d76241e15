-- The trigger for a truncated table: every request of the kind has lost its row.
--
-- Argument: the kind.
create or replace function batch.dequeue_all() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  perform batch.clear_kind(tg_argv[0], 'its table was truncated');
  return null;
end
$$;
