-- Creates the two functions that read the table of a kind, batch.row$KIND and batch.keys$KIND. They run with the rights of the
-- table's owner: whatever the owner has defined on the table (a cast, a policy, the condition of an index) runs with no other
-- rights, and can neither read another kind's rows nor write the queue. A superuser's table is read by the owner of the schema batch.
--
-- p_kind: the kind   p_requests: its table
--
-- Each function first makes sure that it runs as its owner, and that this is still the table's, in words that no search_path
-- changes: the table's owner may alter it.
-- to_json and not to_jsonb: it keeps the text of a json column; r.* names the row even where a column is called r. The settings
-- make the text independent of those of the database and the role.
create or replace function batch.create_readers(p_kind text, p_requests regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $create$
declare
  reader name := batch.reader_role(p_requests);
  schema_owner name := (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'batch');
  guard text := $guard$
  if not exists (
    select from pg_catalog.pg_proc f
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) f.pronamespace
    join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) p_requests
    join pg_catalog.pg_roles o on o.oid operator(pg_catalog.=) c.relowner
    where n.nspname operator(pg_catalog.=) 'batch'::pg_catalog.name and f.proname operator(pg_catalog.=) %L::pg_catalog.name
      and pg_catalog.pg_get_userbyid(f.proowner) operator(pg_catalog.=) current_user
      and (f.proowner operator(pg_catalog.=) c.relowner or o.rolsuper)
  ) then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;$guard$;
  row_signature text := format('batch.%I(pg_catalog.regclass, pg_catalog.name, pg_catalog.name, bigint)', 'row$' || p_kind);
  keys_signature text := format('batch.%I(pg_catalog.regclass, pg_catalog.name, pg_catalog.regclass, bigint, integer, bigint[])', 'keys$' || p_kind);
  signature text;
begin
  perform batch.drop_readers(p_kind);
  execute format(
    $sql$create function batch.%I(
      p_requests regclass, p_key name, p_timeout_column name, p_request bigint, out request text, out timeout_seconds double precision
    )
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    set extra_float_digits = 1
    set bytea_output = 'hex'
    set datestyle = 'ISO, MDY'
    set intervalstyle = 'postgres'
    set timezone = 'UTC'
    set xmlbinary = 'base64'
    set lc_monetary = 'C'
    set row_security = on
    as %L$sql$,
    'row$' || p_kind, format($body$
begin%s
  perform pg_catalog.set_config('postgres_batch.reading', 'on', true);
  execute pg_catalog.format(
    'select pg_catalog.to_json(r.*)::text, %%s from %%s r where r.%%I operator(pg_catalog.=) $1',
    case when p_timeout_column is null then 'null' else pg_catalog.format('r.%%I::double precision', p_timeout_column) end, p_requests, p_key
  ) into request, timeout_seconds using p_request;
  perform pg_catalog.set_config('postgres_batch.reading', 'off', true);
end
$body$, format(guard, 'row$' || p_kind)));
  execute format(
    $sql$create function batch.%I(
      p_requests regclass, p_key name, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]
    ) returns bigint[]
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    set row_security = on
    as %L$sql$,
    'keys$' || p_kind, format($body$
declare
  keys bigint[];
begin%s
  perform pg_catalog.set_config('postgres_batch.reading', 'on', true);
  execute pg_catalog.format(
    'select pg_catalog.array_agg(s.id) from (
       select r.%%1$I as id from %%2$s r
       where ($1 is null or r.%%1$I operator(pg_catalog.>) $1) and ($3 is null or r.%%1$I operator(pg_catalog.=) any ($3)) %%3$s
       order by 1 limit $2
     ) s',
    p_key, p_requests,
    -- Through the table, whose owner may have no right on the partition itself; the condition spares the other partitions.
    'and r.tableoid operator(pg_catalog.=) ' operator(pg_catalog.||) p_partition::pg_catalog.oid
      operator(pg_catalog.||) coalesce(' and ' operator(pg_catalog.||) pg_catalog.pg_get_partition_constraintdef(p_partition::pg_catalog.oid), '')
  ) into keys using p_after, p_limit, p_ids;
  perform pg_catalog.set_config('postgres_batch.reading', 'off', true);
  return keys;
end
$body$, format(guard, 'keys$' || p_kind)));
  foreach signature in array array[row_signature, keys_signature] loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to %I', signature, schema_owner);
    if reader <> current_user then
      execute format('alter function %s owner to %I', signature, reader);
    end if;
  end loop;
exception when insufficient_privilege then
  raise exception '% must be attached by its owner, %, as a member of %, or by a superuser (it is read with its owner''s rights): %',
    p_requests, reader, schema_owner, sqlerrm using errcode = 'insufficient_privilege';
end
$create$;
