-- Detaches the table of a kind: its triggers are dropped, waiting requests are not run, running ones are not retried. The table and
-- the history stay. When the same table is attached again under the same kind, its finished requests stay finished and the others
-- run; the requests of another table are new. For the table's owner, as a member of the owner of the schema, or a superuser.
--
-- p_kind: the kind
create or replace function batch.detach(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
begin
  -- First: another table may be attached while this waits.
  perform batch.lock_attachments();
  attached := batch.require_kind(p_kind);
  if exists (select from pg_class c where c.oid = attached.requests and c.relkind in ('r', 'p')) then
    perform batch.require_owner(attached.requests);
    -- Dropping a partitioned table's trigger would lock its partitions before the table.
    execute format('lock table %s in access exclusive mode', attached.requests);
  end if;
  perform batch.unregister(p_kind);
  perform batch.drop_triggers(attached.requests, p_kind, '{}');
  perform batch.drop_policy(p_kind, attached.requests);
  perform batch.drop_readers(p_kind);
  perform batch.connect_readers();
end
$$;
