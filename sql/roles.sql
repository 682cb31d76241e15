-- The roles that work with the queue. Run after every migration by a role that may create roles; a repeated run sets the
-- passwords and the settings again, and changes nothing else. Their rights are in grants.sql.
--
-- Settings: postgres_batch.worker_role, postgres_batch.scaler_role (their names); postgres_batch.worker_password,
-- postgres_batch.scaler_password (as verifiers: the server never sees a password; an empty one leaves
-- the role's login and password as they are)
--
-- Roles belong to the server, not to a database: two databases of one server share batch_program, and may use different names for
-- the others.

do $$
declare
  worker name := current_setting('postgres_batch.worker_role');
  scaler name := current_setting('postgres_batch.scaler_role');
  role_name name;
begin
  foreach role_name in array array[worker, scaler, 'batch_program'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I', role_name);
    end if;
  end loop;
  if current_setting('postgres_batch.worker_password') <> '' then
    execute format('alter role %I with login password %L', worker, current_setting('postgres_batch.worker_password'));
  end if;
  if current_setting('postgres_batch.scaler_password') <> '' then
    execute format('alter role %I with login password %L', scaler, current_setting('postgres_batch.scaler_password'));
  end if;

  -- The functions in the schema batch rely on these settings, which the server and the database may set otherwise. A pooler accepts no
  -- settings from a client, so they are set on the role.
  foreach role_name in array array[worker, scaler] loop
    execute format('alter role %I set default_transaction_isolation = %L', role_name, 'read committed');
    execute format('alter role %I set default_transaction_read_only = off', role_name);
    execute format('alter role %I set default_transaction_deferrable = off', role_name);
    execute format('alter role %I set search_path = pg_catalog, pg_temp', role_name);
    -- Statements that take a fraction of a millisecond must not be JIT-compiled, and the worker's not be planned at each call.
    execute format('alter role %I set jit = off', role_name);
    execute format('alter role %I set plan_cache_mode = %L', role_name, case role_name when worker then 'force_generic_plan' else 'auto' end);
    -- Below statement_timeout: a claim that times out has not waited for a lock (batch.has_timed_out).
    execute format('alter role %I set lock_timeout = %L', role_name, '8s');
    -- Even a small queue must be read by its indexes: it may grow while an old plan is in use.
    execute format('alter role %I set enable_seqscan = off', role_name);
    execute format('alter role %I set idle_in_transaction_session_timeout = 0', role_name);
    execute format('alter role %I set idle_session_timeout = 0', role_name);
    if current_setting('server_version_num')::integer >= 170000 then
      execute format('alter role %I set transaction_timeout = 0', role_name);
    end if;
  end loop;
  -- A row's JSON is the same on every server.
  execute format('alter role %I set timezone = %L', worker, 'UTC');
  execute format('alter role %I set datestyle = %L', worker, 'ISO, MDY');
  execute format('alter role %I set intervalstyle = %L', worker, 'postgres');
  execute format('alter role %I set extra_float_digits = %L', worker, '1');
  execute format('alter role %I set bytea_output = %L', worker, 'hex');
  execute format('alter role %I set xmlbinary = %L', worker, 'base64');
  execute format('alter role %I set lc_monetary = %L', worker, 'C');
  execute format('alter role %I set row_security = %L', worker, 'on');
  execute format('alter role %I set statement_timeout = %L', worker, '9s');
  -- KEDA sets no timeout: a poll that hangs would stop the scaling.
  execute format('alter role %I set statement_timeout = %L', scaler, '10s');
end
$$;
