-- The two roles that work with the queue, each with what it needs and nothing else. Run after every migration, as the
-- schema's owner, in one transaction; run again it changes the passwords and nothing else.
--
-- Settings: postgres_batch.worker_password, postgres_batch.scaler_password (as verifiers: the server never sees a password)
--
-- Roles belong to the server, not to a database: two databases of one server share them.

do $$
declare
  role_name name;
begin
  foreach role_name in array array['batch_worker', 'batch_scaler'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I', role_name);
    end if;
  end loop;
  execute format('alter role batch_worker with login password %L', current_setting('postgres_batch.worker_password'));
  execute format('alter role batch_scaler with login password %L', current_setting('postgres_batch.scaler_password'));
end
$$;

-- KEDA sets no limit of its own: a look that hangs would stop the scaling.
alter role batch_scaler set statement_timeout = '10s';

revoke all on all tables in schema batch from batch_worker, batch_scaler;
revoke all on all functions in schema batch from batch_worker, batch_scaler;

grant usage on schema batch to batch_worker, batch_scaler;

-- The worker: every statement of sql/statements but demand.sql. It sees its request's row through row_of() and
-- no attached table; deleting from the queue is how a request ends.
grant select, update, delete on batch.queue to batch_worker;
grant select, insert on batch.history to batch_worker;
grant execute on function
  batch.hold_session(integer),
  batch.is_gone(integer, timestamptz),
  batch.backoff(integer, integer, double precision),
  batch.put_down(text, text, bigint, text, text, boolean, boolean),
  batch.free_overdue(text),
  batch.row_of(text, bigint)
to batch_worker;

-- KEDA: the scaling query, which looks after the dead with its owner's rights.
grant execute on function batch.demand(text, integer, integer) to batch_scaler;
