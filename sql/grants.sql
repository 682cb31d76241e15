-- What the roles of roles.sql may do: run the functions of their verbs, and nothing else. Run after every migration where the roles
-- exist; a function that was replaced has lost its rights.

do $$
declare
  role_name name;
begin
  foreach role_name in array array['batch_worker', 'batch_scaler', 'batch_program'] loop
    execute format('revoke all on all tables in schema batch from %I', role_name);
    execute format('revoke all on all functions in schema batch from %I', role_name);
    execute format('grant usage on schema batch to %I', role_name);
  end loop;
end
$$;

-- The worker: every statement of sql/statements but demand.sql. It sees the row of the request it has claimed, and no other.
grant execute on function
  batch.claim(text, text, text, integer, integer, integer, integer, integer, double precision, double precision, double precision, integer, boolean),
  batch.reclaim(text, text, integer, double precision, boolean),
  batch.renew(text, text, bigint, integer, integer, double precision),
  batch.succeed(text, text, bigint, integer, integer, jsonb),
  batch.fail(text, text, bigint, integer, integer, text, text, boolean),
  batch.defer(text, text, bigint, integer, integer, double precision, text),
  batch.announce_stop(text, text, bigint, integer, integer, double precision),
  batch.report(text, text, bigint, integer, integer, jsonb, jsonb)
to batch_worker;

-- KEDA: the scaling query, which cleans up with its owner's rights.
grant execute on function batch.demand(text, integer, integer) to batch_scaler;

-- A program that works on a request and records it in its own transaction: grant batch_program to the role it connects as.
grant execute on function batch.own(text), batch.checkpoint(text, jsonb), batch.finish(text, jsonb) to batch_program;
