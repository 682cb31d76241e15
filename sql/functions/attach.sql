-- Makes a table of requests a batch: from now on every row inserted into it is run once, and so are the rows already there that
-- have not been run. The table gets triggers, a right to select for the owner of the schema batch and, where it has row level
-- security, a policy for it.
--
-- p_requests: the table, yours   p_kind: its name as a batch   p_timeout_column: a column of numbers, each request's own timeout in
--   seconds; null: none
--
-- Attached again it changes nothing, but repairs what was lost: a trigger, a right, a row that no trigger saw.
-- Refuses what it could not follow: a table without a primary key of one bigint column, a temporary or unlogged one, one with child
-- tables, and a kind that is another table's.
create or replace function batch.attach(p_requests regclass, p_kind text, p_timeout_column name default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  key_column name := batch.key_column(p_requests);
  requests pg_class;
  owner name := (select n.nspowner::regrole::text from pg_namespace n where n.nspname = 'batch');
  scope text;
  suffix text;
begin
  if p_kind is null or p_kind !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'kind must be 1 to 40 of a-z, 0-9 and _, a letter first (it names the handler''s file); got %',
      coalesce(quote_literal(p_kind), 'null');
  end if;
  select c.* into requests from pg_class c where c.oid = p_requests;
  if not found then
    raise exception 'requests must be a table; got %', coalesce(p_requests::text, 'null');
  end if;
  if requests.relkind not in ('r', 'p') then
    raise exception '% must be a table (its rows are the requests); got a %', p_requests, case requests.relkind
      when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'relation of another kind' end;
  end if;
  if requests.relpersistence <> 'p' then
    raise exception '% must be a permanent table (workers read it from their own sessions, also after a crash); got %',
      p_requests, case requests.relpersistence when 't' then 'a temporary one' else 'an unlogged one' end;
  end if;
  if requests.relispartition then
    raise exception '% must not be a partition (attach the table it belongs to: %); got one', p_requests, (
      select i.inhparent::regclass from pg_inherits i where i.inhrelid = p_requests);
  end if;
  if requests.relkind = 'r' and exists (select from pg_inherits i where p_requests in (i.inhparent, i.inhrelid)) then
    raise exception '% must not be part of table inheritance (rows of a child do not fire its triggers); got %', p_requests,
      case when exists (select from pg_inherits i where i.inhparent = p_requests) then 'child tables' else 'a parent table' end;
  end if;
  if key_column is null then
    raise exception '% must have a primary key of one bigint column (the queue knows a request by it); got %', p_requests, coalesce((
      select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
      where i.indrelid = p_requests and i.indisprimary), 'no such key');
  end if;
  if p_timeout_column is not null and not exists (
    select from pg_attribute a
    where a.attrelid = p_requests and a.attname = p_timeout_column and a.attnum > 0 and not a.attisdropped
      and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'float4'::regtype, 'float8'::regtype, 'numeric'::regtype)
  ) then
    raise exception 'the timeout column must be a column of numbers of % (seconds); got %', p_requests, quote_ident(p_timeout_column);
  end if;

  -- Until the end of the transaction no other session writes: no row is missed between taking in the old ones and the trigger.
  execute format('lock table %s in share row exclusive mode', p_requests);
  perform batch.register(p_kind, p_requests, p_timeout_column);

  if not pg_has_role(owner, requests.relowner, 'usage') then
    execute format('grant select on table %s to %s', p_requests, owner);
    execute format('grant usage on schema %s to %s', requests.relnamespace::regnamespace, owner);
  end if;
  if requests.relrowsecurity and not exists (
    select from pg_policy p where p.polrelid = p_requests and p.polname = 'batch_' || p_kind
  ) then
    execute format('create policy %I on %s for select to %s using (true)', 'batch_' || p_kind, p_requests, owner);
  end if;

  scope := case requests.relkind when 'p' then 'row' else 'statement' end;
  suffix := case requests.relkind when 'p' then '_row' else '' end;
  execute format('create or replace trigger %I after insert on %s %s for each %s execute function batch.enqueue%s(%L)', 'batch_' || p_kind,
    p_requests, case scope when 'statement' then 'referencing new table as inserted' else '' end, scope, suffix, p_kind);
  execute format('create or replace trigger %I after delete on %s %s for each %s execute function batch.dequeue%s(%L)',
    'batch_' || p_kind || '_delete', p_requests, case scope when 'statement' then 'referencing old table as deleted' else '' end,
    scope, suffix, p_kind);
  execute format(
    'create or replace trigger %I after update of %2$I on %3$s for each row when (old.%2$I is distinct from new.%2$I) execute function batch.rekey(%4$L)',
    'batch_' || p_kind || '_key', key_column, p_requests, p_kind);
  execute format('create or replace trigger %I after truncate on %s for each statement execute function batch.dequeue_all(%L)',
    'batch_' || p_kind || '_truncate', p_requests, p_kind);
  -- As CREATE OR REPLACE leaves it where it was disabled.
  execute format('alter table %1$s enable trigger %2$I, enable trigger %3$I, enable trigger %4$I, enable trigger %5$I', p_requests,
    'batch_' || p_kind, 'batch_' || p_kind || '_delete', 'batch_' || p_kind || '_key', 'batch_' || p_kind || '_truncate');

  perform batch.complete_attachment(p_kind);
end
$$;
