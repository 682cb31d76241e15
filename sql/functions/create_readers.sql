-- Creates the two functions that read the table of a kind, batch.row$KIND and batch.keys$KIND. They run with the rights of the
-- table's owner: anything the owner has defined on the table (a cast, a policy, an index condition) runs with only the owner's
-- rights, and can neither read another kind's rows nor write the queue. A superuser's table is read by the owner of the schema batch.
--
-- p_kind: the kind   p_requests: its table   p_timeout_column: the column of its timeouts; null: none
--
-- Each function first locks the table and only then finds out its owner, its name and its key, which others may have changed while it
-- waited. It is volatile, so that each statement sees what was committed before it. Then it checks that the table's owner has the rights of
-- the role it runs as, so that code of that owner gains nothing: the function may have been altered to run as its caller, or the table given
-- to another owner. It compares the table's name last, after the read. batch.read_row() ensures the settings that a row's text depends on.
-- Of a partitioned table, plan_cache_mode is not the worker's: a generic plan locks every partition, a plan for one key only its own.
create or replace function batch.create_readers(p_kind text, p_requests regclass, p_timeout_column name) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $create$
declare
  reader name := batch.reader_role(p_requests);
  schema_owner name := (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'batch');
  row_arguments constant text :=
    'p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision';
  keys_arguments constant text := 'p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]';
  plans constant text := case when pg_partition_root(p_requests) is null then '' else 'set plan_cache_mode = auto' end;
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
    set search_path = pg_catalog, pg_temp
    %s
    as %L$sql$,
    'row$' || p_kind, row_arguments, plans, batch.row_reader(p_requests, reader, p_timeout_column));
  execute format(
    $sql$create or replace function batch.%I(%s) returns bigint[]
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set row_security = on
    set enable_seqscan = off
    as %L$sql$,
    'keys$' || p_kind, keys_arguments, batch.keys_reader(p_requests, reader));
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
