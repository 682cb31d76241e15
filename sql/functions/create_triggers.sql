-- Creates the triggers of a kind on its table, or repairs them: batch_KIND, and batch_KIND$delete, $key and $truncate.
--
-- p_kind: the kind   p_requests: its table
--
-- Statement triggers with a transition table; row triggers on a partitioned table, since partitions inherit only those.
create or replace function batch.create_triggers(p_kind text, p_requests regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  trigger name := 'batch_' || p_kind;
  partitioned boolean := (select c.relkind = 'p' from pg_class c where c.oid = p_requests);
  suffix text := case when partitioned then '_row' else '' end;
begin
  execute format('create or replace trigger %I after insert on %s %s execute function batch.enqueue%s(%L)', trigger, p_requests,
    case when partitioned then 'for each row' else 'referencing new table as inserted for each statement' end, suffix, p_kind);
  execute format('create or replace trigger %I after delete on %s %s execute function batch.dequeue%s(%L)', trigger || '$delete', p_requests,
    case when partitioned then 'for each row' else 'referencing old table as deleted for each statement' end, suffix, p_kind);
  execute format(
    'create or replace trigger %I after update of %2$I on %3$s for each row when (old.%2$I is distinct from new.%2$I) execute function batch.rekey(%4$L)',
    trigger || '$key', batch.key_column(p_requests), p_requests, p_kind);
  execute format('create or replace trigger %I after truncate on %s for each statement execute function batch.dequeue_all(%L)',
    trigger || '$truncate', p_requests, p_kind);
  -- CREATE OR REPLACE leaves a disabled trigger disabled.
  execute format('alter table %1$s enable trigger %2$I, enable trigger %3$I, enable trigger %4$I, enable trigger %5$I', p_requests,
    trigger, trigger || '$delete', trigger || '$key', trigger || '$truncate');
end
$$;
