-- The rights of the roles of roles.sql: to run the functions of their work, and nothing else. Run after every migration if the roles
-- exist, because a function that was dropped and created again has lost its grants.
--
-- Settings: postgres_batch.worker_role, postgres_batch.scaler_role (their names)

do $$
declare
  worker name := current_setting('postgres_batch.worker_role');
  scaler name := current_setting('postgres_batch.scaler_role');
  role_name name;
  -- Not a reader of a table (batch.create_readers) to whose owner's functions this role has no rights: PostgreSQL would refuse.
  functions text := (
    select string_agg(f.oid::regprocedure::text, ', ') from pg_proc f
    where f.pronamespace = 'batch'::regnamespace and f.prokind = 'f' and pg_has_role(f.proowner, 'usage')
  );
begin
  -- PostgreSQL lets every role execute a new function. pg_restore --no-privileges leaves them so, and the roles below may use the schema.
  execute format('revoke all on function %s from public', functions);
  foreach role_name in array array[worker, scaler] loop
    -- Hardening scripts take it from PUBLIC.
    continue when has_database_privilege(role_name, current_database(), 'connect');
    begin
      execute format('grant connect on database %I to %I', current_database(), role_name);
    exception when insufficient_privilege then
      -- The condition below reports it.
    end;
    if not has_database_privilege(role_name, current_database(), 'connect') then
      raise exception 'the role % must have the right to connect to the database (grant connect on database % to %); it does not',
        role_name, quote_ident(current_database()), quote_ident(role_name);
    end if;
  end loop;
  foreach role_name in array array[worker, scaler, 'batch_program'] loop
    continue when not exists (select from pg_roles where rolname = role_name);
    execute format('revoke all on all tables in schema batch from %I', role_name);
    execute format('revoke all on function %s from %I', functions, role_name);
    execute format('grant usage on schema batch to %I', role_name);
  end loop;

  -- The worker: every statement of sql/statements but demand.sql. It sees the row of the request it has claimed, and no other.
  execute format('grant execute on function
    batch.claim,
    batch.reclaim(text, text, integer, double precision, boolean),
    batch.take_over(text, text, integer),
    batch.end_connection(integer),
    batch.renew(text, text, bigint, integer, integer, double precision),
    batch.succeed(text, text, bigint, integer, integer, jsonb),
    batch.succeed_and_claim,
    batch.fail(text, text, bigint, integer, integer, text, text, boolean),
    batch.defer(text, text, bigint, integer, integer, double precision, text),
    batch.announce_stop(text, text, bigint, integer, integer, double precision),
    batch.report(text, text, bigint, integer, integer, jsonb, jsonb)
    to %I', worker);

  -- KEDA: the scaling query, which cleans up with the rights of its owner.
  execute format('grant execute on function batch.demand(text, integer, integer, integer) to %I', scaler);

  -- A program that works on a request and records it in its own transaction: grant batch_program to the role it connects as. If
  -- an administrator has prepared the roles, it may be missing.
  if exists (select from pg_roles where rolname = 'batch_program') then
    grant execute on function batch.own(text), batch.checkpoint(text, jsonb), batch.finish(text, jsonb) to batch_program;
  end if;
end
$$;
