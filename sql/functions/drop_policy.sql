-- Drops the policy of a kind on its table (batch.create_policy), if there is one. "drop policy if exists" would send a notice where there
-- is none, which programs that attach a table in a migration print as a warning.
--
-- p_kind: the kind   p_requests: its table
create or replace function batch.drop_policy(p_kind text, p_requests regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from pg_policy p where p.polrelid = p_requests and p.polname = 'batch_' || p_kind) then
    execute format('drop policy %I on %s', 'batch_' || p_kind, p_requests);
  end if;
end
$$;
