-- Drops the functions that read the table of a kind (batch.create_readers). p_kind: the kind
create or replace function batch.drop_readers(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  reader regprocedure;
begin
  for reader in
    select f.oid from pg_proc f where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
  loop
    execute format('drop function %s', reader);
  end loop;
end
$$;
