-- Makes a table of requests a batch: from now on every row inserted into it is run once, and so are the rows already there that
-- have not been run. The table gets triggers and, where row level security would hide rows, a policy for its reader only. For the
-- table's owner, as a member of the owner of the schema batch, or a superuser.
--
-- p_requests: the table, yours   p_kind: its name as a batch   p_timeout_column: a numeric column with each request's timeout in
--   seconds (0: none; null: the batch's own); null: no column, also if the table was attached with one
--
-- Attaching a table again with the same arguments repairs what was lost (a trigger, a right, a row that no trigger saw) and changes
-- nothing else. It waits for transactions that have written to the table, and others that write wait for it, only if there is something to
-- repair.
-- Refuses a kind that belongs to another table, and a table whose changes cannot be followed (batch.refuse_table).
create or replace function batch.attach(p_requests regclass, p_kind text, p_timeout_column name default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  reader name;
  namespace oid;
  intact boolean;
begin
  if p_kind is null or p_kind !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'kind must be 1 to 40 of a-z, 0-9 and _, a letter first (it names the handler''s file); got %',
      coalesce(quote_literal(p_kind), 'null');
  end if;
  -- First: the table may be dropped or changed while this waits.
  perform batch.lock_attachments();
  perform batch.refuse_table(p_requests, p_timeout_column);
  perform batch.require_owner(p_requests);

  intact := batch.is_attached(p_requests, p_kind, p_timeout_column);
  if intact then
    begin
      -- The table before the row of the kind, as a TRUNCATE locks them. It may be changed while this waits.
      execute format('lock table %s in access share mode', p_requests);
      intact := batch.is_attached(p_requests, p_kind, p_timeout_column) and not batch.has_unqueued(p_kind);
      if not intact then
        raise exception using errcode = 'BA002';
      end if;
    exception when sqlstate 'BA002' then
      -- This releases the lock: a transaction that has written to the table, which the next lock waits for, may wait for it.
    end;
  end if;
  if not intact then
    -- Until the end of the transaction no other session writes: no row is missed between the existing ones and the trigger.
    execute format('lock table %s in share row exclusive mode', p_requests);
  end if;
  perform batch.register(p_kind, p_requests, p_timeout_column);

  reader := batch.reader_role(p_requests);
  namespace := (select c.relnamespace from pg_class c where c.oid = p_requests);
  if not has_table_privilege(reader, p_requests, 'select') then
    execute format('grant select on table %s to %I', p_requests, reader);
  end if;
  if not has_schema_privilege(reader, namespace, 'usage') then
    execute format('grant usage on schema %s to %I', namespace::regnamespace, reader);
  end if;
  perform batch.create_policy(p_kind, p_requests, reader);
  perform batch.create_readers(p_kind, p_requests, p_timeout_column);
  if not intact then
    perform batch.create_triggers(p_kind, p_requests);
    perform batch.complete_attachment(p_kind);
  end if;
end
$$;
