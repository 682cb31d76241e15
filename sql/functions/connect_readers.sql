-- Writes batch.call_reader() with a static call of the reader of each attached kind. Any other kind is called dynamically, and so is a
-- reader that an earlier version has created, until its table is attached again.
--
-- A reader's own statement is static as well, and valid only while the table has the name and the key that it was created with. PostgreSQL
-- finds out whether it has when it plans the expression (batch.planned_table()), so what was committed before must be known by then:
-- pg_relation_is_updatable() waits for the table's lock, and then has this session process what others have changed.
-- If another transaction was first to get that lock again, the same expression has another result after the row was read. What was read is not
-- returned then: the caller reads again where there seems to be no row, and the lock prevents another change. It must be the same expression,
-- since a plan with null for the table does not depend on the table.
create or replace function batch.connect_readers() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $create$
declare
  check_path constant text := $check$
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) 'pg_catalog, pg_temp' then
    perform batch.refuse_search_path(p_requests);
  end if;$check$;
  kinds text[];
  calls text[];
begin
  perform batch.lock_attachments();
  select array_agg(k.kind order by k.kind), array_agg(format($call$
  unused := pg_relation_is_updatable(p_requests, false);
  loop
    table_owner := case when p_requests = batch.planned_table(%1$L, %2$L, %3$L) then batch.planned_owner(%1$L, %2$L, %3$L) end;
    exit when previous is not null;
    if table_owner is null then
      found_row := batch.%4$I(p_requests, p_timeout_column, p_request, batch.table_owner(p_requests), null);%6$s
      return found_row;
    end if;
    found_row := batch.%4$I(p_requests, p_timeout_column, p_request, table_owner, %5$L);%6$s
    previous := table_owner;
  end loop;
  if table_owner is distinct from previous then
    found_row.request := null;
  end if;
  return found_row;
$call$, n.nspname, c.relname, key, 'row$' || k.kind, format('%I.%I.%I', n.nspname, c.relname, key), check_path) order by k.kind)
  into kinds, calls
  from batch.kind k join pg_class c on c.oid = k.requests join pg_namespace n on n.oid = c.relnamespace, batch.key_column(k.requests) key
  where k.attached and key is not null
    and to_regprocedure(format('batch.%I(regclass, name, bigint, oid, text)', 'row$' || k.kind)) is not null;
  execute format(
    $sql$create or replace function batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
    language plpgsql stable
    as %L$sql$,
    format($body$
declare
  unused integer;
  table_owner oid;
  previous oid;
  found_row record;
begin%s
  execute format('select r.request, r.timeout_seconds from batch.%%I($1, $2, $3) r', 'row$' || p_kind) into found_row
  using p_requests, p_timeout_column, p_request;%s
  return found_row;
end
$body$, batch.reader_calls(coalesce(kinds, '{}'), calls), check_path));
end
$create$;
