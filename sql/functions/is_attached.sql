-- Whether batch.attach() has nothing to change on a table, which then need not be locked: it belongs to the kind, and has the triggers that
-- batch.create_triggers() would create.
--
-- p_requests, p_kind, p_timeout_column: as in batch.attach()
--
-- Not above read committed, where the transaction may not see rows that were committed before, nor while such rows, or those of an attached
-- partition, are yet to be enqueued.
create or replace function batch.is_attached(p_requests regclass, p_kind text, p_timeout_column name) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  present constant oid[] := batch.partitions(p_requests, p_kind);
  partitioned constant boolean := (select c.relkind = 'p' from pg_class c where c.oid = p_requests);
  always constant boolean := batch.is_subscribed(p_requests)
    or exists (select from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests and t.tgenabled = 'A');
  suffix text := case when partitioned or always then '_row' else '' end;
begin
  return exists (
    select from batch.kind k
    where k.kind = p_kind and k.requests = p_requests and k.timeout_column is not distinct from p_timeout_column
      and k.partitions <@ present and present <@ k.partitions and k.unqueued_above is null
      and current_setting('transaction_isolation') like 'read %'
  ) and batch.attachment_problem(p_kind) is null and (
    select count(*) = 4 and bool_and(f.proname in ('enqueue' || suffix, 'dequeue' || suffix, 'rekey', 'dequeue_all') and t.tgattr = '')
      and bool_and(t.tgenabled = 'A' or not always)
    from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and not t.tgisinternal and f.pronamespace = 'batch'::regnamespace
      and t.tgargs = convert_to(p_kind, 'UTF8') || decode('00', 'hex')
  );
end
$$;
