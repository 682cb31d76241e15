-- The role that reads a table: its owner, or the owner of the schema batch if that is a superuser; null: no such table.
create or replace function batch.reader_role(p_requests regclass) returns name
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when o.rolsuper then pg_get_userbyid(n.nspowner) else o.rolname end
    from pg_class c join pg_roles o on o.oid = c.relowner, pg_namespace n
    where c.oid = p_requests and n.nspname = 'batch'
  );
end
$$;
