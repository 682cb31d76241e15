-- The owner of a table; null: no such table. Volatile, as batch.find_table().
create or replace function batch.table_owner(p_requests regclass) returns oid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.relowner from pg_class c where c.oid = p_requests);
end
$$;
