-- Creates the triggers of a kind on its table, or repairs them: batch_KIND, and batch_KIND$delete, $key and $truncate. Raises where the table
-- has another trigger with one of these names, which it would replace.
--
-- p_kind: the kind   p_requests: its table
--
-- Statement triggers with a transition table; row triggers on a partitioned table, since partitions inherit only those, and on one whose
-- triggers always fire: the worker of a subscription, or of pglogical, fires only row triggers, and only those that always fire. The trigger
-- for changed keys names no column: then it would not fire for a key that another trigger changes. batch.is_attached() recognizes these
-- triggers: one whose definition changes here must be distinguished there.
create or replace function batch.create_triggers(p_kind text, p_requests regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  trigger name := 'batch_' || p_kind;
  names constant name[] := array[trigger, trigger || '$delete', trigger || '$key', trigger || '$truncate'];
  foreign_trigger name := (
    select t.tgname from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and t.tgname = any (names) and f.pronamespace <> 'batch'::regnamespace limit 1
  );
  always boolean := batch.is_subscribed(p_requests)
    or exists (select from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests and t.tgenabled = 'A');
  by_row boolean := always or (select c.relkind = 'p' from pg_class c where c.oid = p_requests);
  suffix text := case when by_row then '_row' else '' end;
  foreign_partition regclass := (
    select t.relation from batch.partition_tree(p_requests) t where not has_table_privilege(t.relation, 'trigger') limit 1
  );
begin
  if foreign_trigger is not null then
    raise exception 'cannot create the trigger % on %: it has another trigger with this name; rename it: alter trigger % on % rename to NAME',
      quote_ident(foreign_trigger), p_requests, quote_ident(foreign_trigger), p_requests using errcode = 'duplicate_object';
  end if;
  if foreign_partition is not null and foreign_partition <> p_requests then
    raise exception '% cannot create triggers on %, a partition of % that belongs to %: alter table % owner to %', current_user,
      foreign_partition, p_requests, (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = foreign_partition), foreign_partition,
      (select quote_ident(pg_get_userbyid(c.relowner)) from pg_class c where c.oid = p_requests) using errcode = 'insufficient_privilege';
  end if;
  perform batch.drop_triggers(p_requests, p_kind, names);
  execute format('create or replace trigger %I after insert on %s %s execute function batch.enqueue%s(%L)', trigger, p_requests,
    case when by_row then 'for each row' else 'referencing new table as inserted for each statement' end, suffix, p_kind);
  execute format('create or replace trigger %I after delete on %s %s execute function batch.dequeue%s(%L)', trigger || '$delete', p_requests,
    case when by_row then 'for each row' else 'referencing old table as deleted for each statement' end, suffix, p_kind);
  execute format(
    'create or replace trigger %I after update on %3$s for each row when (old.%2$I is distinct from new.%2$I) execute function batch.rekey(%4$L)',
    trigger || '$key', batch.key_column(p_requests), p_requests, p_kind);
  execute format('create or replace trigger %I after truncate on %s for each statement execute function batch.dequeue_all(%L)',
    trigger || '$truncate', p_requests, p_kind);
  -- Disabled ones are enabled again, on partitions as well. If the owner has set one to ENABLE ALWAYS, for sessions that replicate, all of
  -- them are: also one that was dropped or disabled meanwhile.
  for trigger in
    select t.tgname from pg_trigger t
    where t.tgrelid = p_requests and exists (
      select from batch.triggers(p_requests, p_kind) each where each.tgname = t.tgname and each.tgenabled not in ('O', 'A')
    )
  loop
    execute format('alter table %s enable trigger %I', p_requests, trigger);
  end loop;
  if always then
    for trigger in select t.tgname from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests loop
      execute format('alter table %s enable always trigger %I', p_requests, trigger);
    end loop;
  end if;
end
$$;
