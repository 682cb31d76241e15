-- Whether row level security may hide rows of a table from a role.
create or replace function batch.row_security_applies(p_requests regclass, p_role name) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select c.relrowsecurity and not r.rolsuper and not r.rolbypassrls and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
    from pg_class c, pg_roles r where c.oid = p_requests and r.rolname = p_role
  );
end
$$;
