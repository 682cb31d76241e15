-- What the bodies of both readers of a table have in common (batch.row_reader, batch.keys_reader): an object of strings for
-- batch.fill_template().
--
-- p_requests: the table   p_reader: the role that reads it
--
-- Names, types and operators are schema-qualified ("is distinct from" has an operator, too): the table's owner may alter the search_path
-- of the readers.
create or replace function batch.reader_parts(p_requests regclass, p_reader name) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $create$
declare
  names constant jsonb := jsonb_build_object(
    'table', p_requests::text,
    'table_literal', quote_literal(p_requests::text),
    'key', quote_ident(batch.key_column(p_requests)),
    'key_literal', quote_literal(quote_ident(batch.key_column(p_requests))),
    -- The key's index as to_regclass() takes it, from which pg_get_indexdef() reads the column's present name without a scan.
    'index_literal', (
      select quote_literal(format('%I.%I', n.nspname, c.relname))
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      where i.indrelid = p_requests and i.indisprimary
    )
  );
  -- "lock table" takes a name and fails if that changes while it waits, so pg_relation_is_updatable() waits first.
  lock_by_name constant text := $$
  if pg_catalog.pg_relation_is_updatable(p_requests, false) is not null
    and pg_catalog.to_regclass({table_literal})::pg_catalog.oid operator(pg_catalog.=) p_requests::pg_catalog.oid
  then
    lock table only {table} in access share mode;
  end if;$$;
  lock_by_present_name constant text := $$
  loop
    present_name := p_requests::pg_catalog.text;
    exit when coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid; -- dropped
    execute 'lock table only ' operator(pg_catalog.||) present_name operator(pg_catalog.||) ' in access share mode';
    exit when p_requests::pg_catalog.text operator(pg_catalog.=) present_name;
  end loop;$$;
  -- A statement of its own, since planning a statement that names the table may run code of its owner.
  check_role constant text := $$
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;$$;
  find_key constant text := $$
  select coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), pg_catalog.quote_ident(a.attname)) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid operator(pg_catalog.=) i.indrelid and a.attnum operator(pg_catalog.=) i.indkey[0]
  where i.indrelid operator(pg_catalog.=) p_requests and i.indisprimary;$$;
  -- The key's index must still be this table's, as another table's may have taken its name. pg_get_replica_identity_index() gives it
  -- without a scan, except for a table with another replica identity, which is read by a dynamic statement.
  names_are_valid constant text := $$
    pg_catalog.pg_get_indexdef(pg_catalog.to_regclass({index_literal})::pg_catalog.oid, 1, false) operator(pg_catalog.=) {key_literal}
    and p_requests::pg_catalog.text operator(pg_catalog.=) {table_literal}
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass({index_literal})::pg_catalog.oid$$;
  -- A schema is renamed without a lock on its tables.
  is_renamed constant text :=
    'coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid';
  -- Where row level security applies to the owner, the policy of batch.attach() holds for the statements between these two only.
  set_reading constant text := case when batch.row_security_applies(p_requests, p_reader) then $$
  perform pg_catalog.set_config('postgres_batch.reading', '%s', true);$$ else '' end;
begin
  return names || jsonb_build_object(
    'lock_by_name', batch.fill_template(lock_by_name, names),
    'lock_by_present_name', lock_by_present_name,
    'check_role', check_role,
    'find_key', find_key,
    'names_are_valid', batch.fill_template(names_are_valid, names),
    'is_renamed', is_renamed,
    'begin_reading', format(set_reading, 'on'),
    'end_reading', format(set_reading, 'off')
  );
end
$create$;
