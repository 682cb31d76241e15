-- Creates the two functions that read the table of a kind, batch.row$KIND and batch.keys$KIND. They run with the rights of the
-- table's owner: anything the owner has defined on the table (a cast, a policy, an index condition) runs with only the owner's
-- rights, and can neither read another kind's rows nor write the queue. A superuser's table is read by the owner of the schema batch.
--
-- p_kind: the kind   p_requests: its table   p_timeout_column: the column of its timeouts; null: none
--
-- Each function first locks the table and only then finds out its owner, its name and its key, which others may have changed while it
-- waited. It is volatile, so that each statement sees what was committed before it. "lock table" takes a name and fails if that changes
-- while it waits, so pg_relation_is_updatable() waits first.
-- Then it checks that the table's owner has the rights of the role it runs as, so that code of that owner gains nothing: the function may
-- have been altered to run as its caller, or the table given to another owner. The check is a separate statement, since planning a
-- statement that names the table may run code of its owner. It uses only schema-qualified names, also of types and operators ("is distinct
-- from" has one): the table's owner may alter the function's search_path.
-- A schema is renamed without a lock on its tables: the name is compared last, and once more after the read. If it has changed, the row is
-- null, and the caller reads again; instead of keys, of which others might be missing, there is a serialization failure.
-- The row, and a single key, is read by a static statement as long as its names are valid, because planning a dynamic one takes longer
-- than running it, and with many partitions several times as long. The key's index must still be this table's (another table's may have
-- taken its name): pg_get_replica_identity_index() gives it without a scan, except for a table with another replica identity, which is
-- read by a dynamic statement. to_json and not to_jsonb: it keeps the text of a json column; r.* is the
-- row even if a column is called r. $3 and $5 and not the parameters' names, which may be columns. batch.read_row() ensures the settings
-- that the text depends on. A key that several rows have raises BA001, after they were read.
-- Of a partitioned table, plan_cache_mode is not the worker's: a generic plan locks every partition, a plan for one key only its own.
create or replace function batch.create_readers(p_kind text, p_requests regclass, p_timeout_column name) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $create$
declare
  reader name := batch.reader_role(p_requests);
  schema_owner name := (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'batch');
  key name := batch.key_column(p_requests);
  -- The key's index as to_regclass() takes it, from which pg_get_indexdef() reads the column's present name without a scan.
  key_index text := (
    select format('%I.%I', n.nspname, c.relname)
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where i.indrelid = p_requests and i.indisprimary
  );
  row_arguments constant text :=
    'p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision';
  keys_arguments constant text := 'p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]';
  lock constant text := $lock$
  if pg_catalog.pg_relation_is_updatable(p_requests, false) is not null
    and pg_catalog.to_regclass(%1$L)::pg_catalog.oid operator(pg_catalog.=) p_requests::pg_catalog.oid
  then
    lock table only %1$s in access share mode;
  end if;$lock$;
  guard constant text := $guard$
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;$guard$;
  lock_by_present_name constant text := $lock$
  loop
    present_name := p_requests::pg_catalog.text;
    exit when coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid; -- dropped
    execute 'lock table only ' operator(pg_catalog.||) present_name operator(pg_catalog.||) ' in access share mode';
    exit when p_requests::pg_catalog.text operator(pg_catalog.=) present_name;
  end loop;$lock$;
  is_renamed constant text :=
    'coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid';
  refuse_renamed constant text := format($refuse$
  if %s then
    raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
  end if;$refuse$, is_renamed);
  find_key constant text := $find$
  select coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), pg_catalog.quote_ident(a.attname)) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid operator(pg_catalog.=) i.indrelid and a.attnum operator(pg_catalog.=) i.indkey[0]
  where i.indrelid operator(pg_catalog.=) p_requests and i.indisprimary;$find$;
  -- Where row level security applies to the owner, the policy of batch.attach() holds for these statements only.
  begins text := case when batch.row_security_applies(p_requests, reader)
    then 'perform pg_catalog.set_config(''postgres_batch.reading'', ''on'', true);' else '' end;
  ends text := replace(begins, '''on''', '''off''');
  -- Also where the primary key has no further column yet: it may get one.
  counts text := case when pg_partition_root(p_requests) is not null then ', pg_catalog.count(*) over ()' else ', 1::bigint' end;
  plans text := case when pg_partition_root(p_requests) is not null then ' set plan_cache_mode = auto' else '' end;
  signature regprocedure;
begin
  -- Replaced in place if possible: a claim that has just planned the call of a reader would not find it otherwise.
  for signature in
    select f.oid from pg_proc f
    where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
      and (pg_get_userbyid(f.proowner) <> reader or pg_get_function_arguments(f.oid) not in (row_arguments, keys_arguments))
  loop
    execute format('drop function %s', signature);
  end loop;
  execute format(
    $sql$create or replace function batch.%I(%s)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp%s
    as %L$sql$,
    'row$' || p_kind, row_arguments, plans, format($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  rows bigint;
begin%11$s%1$s
  %2$s
  if pg_catalog.pg_get_indexdef(pg_catalog.to_regclass(%4$L)::pg_catalog.oid, 1, false) operator(pg_catalog.=) %5$L
    and coalesce(p_timeout_column, '') operator(pg_catalog.=) %6$L::pg_catalog.name
    and p_requests::pg_catalog.text operator(pg_catalog.=) %3$L
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass(%4$L)::pg_catalog.oid
  then
    select pg_catalog.to_json(r.*)::pg_catalog.text, %7$s%10$s into request, timeout_seconds, rows
    from %3$s r where r.%5$s operator(pg_catalog.=) $3;
    present_name := %3$L;
  else%8$s
    if %12$s then
      return;
    end if;
    execute pg_catalog.format(
      'select pg_catalog.to_json(r.*)::pg_catalog.text, %%s%10$s from %%s r where r.%%s operator(pg_catalog.=) $1',
      case when p_timeout_column is null then 'null' else pg_catalog.format('r.%%I::double precision', p_timeout_column) end, present_name, key
    ) into request, timeout_seconds, rows using p_request;
  end if;
  if %12$s then
    request := null;
  end if;
  %9$s
  if rows operator(pg_catalog.>) 1 then
    raise exception 'several rows of %% have this primary key (it identifies the request)', p_requests using errcode = 'BA001';
  end if;
end
$body$, guard, begins, p_requests::text, key_index, quote_ident(key), coalesce(p_timeout_column, ''),
    case when p_timeout_column is null then 'null' else format('r.%I::double precision', p_timeout_column) end,
    replace(lock_by_present_name || guard || find_key, E'\n', E'\n  '), ends, counts, format(lock, p_requests), is_renamed));
  execute format(
    $sql$create or replace function batch.%I(%s) returns bigint[]
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set row_security = on
    set enable_seqscan = off
    as %L$sql$,
    'keys$' || p_kind, keys_arguments, format($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  keys bigint[];
begin%8$s%1$s
  %3$s
  if pg_catalog.cardinality(p_ids) operator(pg_catalog.=) 1 and coalesce(p_partition::pg_catalog.int8, p_after, p_limit) is null
    and pg_catalog.pg_get_indexdef(pg_catalog.to_regclass(%6$L)::pg_catalog.oid, 1, false) operator(pg_catalog.=) %7$L
    and p_requests::pg_catalog.text operator(pg_catalog.=) %5$L
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass(%6$L)::pg_catalog.oid
  then
    select pg_catalog.array_agg(r.%7$s) into keys from %5$s r where r.%7$s operator(pg_catalog.=) $5[1];
    present_name := %5$L;%9$s
    %4$s
    return keys;
  end if;%2$s%9$s
  execute pg_catalog.format(
    'select pg_catalog.array_agg(s.id) from (
       select r.%%1$s as id from %%2$s r
       where ($1 is null or r.%%1$s operator(pg_catalog.>) $1) and ($3 is null or r.%%1$s operator(pg_catalog.=) any ($3)) %%3$s
       order by 1 limit $2
     ) s',
    key, present_name,
    -- Through the table, whose owner may have no right on the partition itself; the condition spares the other partitions.
    'and r.tableoid operator(pg_catalog.=) ' operator(pg_catalog.||) p_partition::pg_catalog.oid
      operator(pg_catalog.||) coalesce(' and ' operator(pg_catalog.||) pg_catalog.pg_get_partition_constraintdef(p_partition::pg_catalog.oid), '')
  ) into keys using p_after, p_limit, p_ids;%9$s
  %4$s
  return keys;
end
$body$, guard, lock_by_present_name || guard || find_key, begins, ends, p_requests::text, key_index, quote_ident(key), format(lock, p_requests),
    refuse_renamed));
  for signature in
    select f.oid from pg_proc f where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to %I', signature, schema_owner);
    if reader <> current_user then
      execute format('alter function %s owner to %I', signature, reader);
    end if;
  end loop;
  perform batch.connect_readers();
exception when insufficient_privilege then
  if (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    -- Refused by something else, such as an event trigger.
    raise;
  end if;
  raise exception 'cannot create the functions that read % with the rights of its owner: %. Attach it as its owner, %, who must be a member of %, or as a superuser',
    p_requests, sqlerrm, (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = p_requests), schema_owner
    using errcode = 'insufficient_privilege';
end
$create$;
