-- The owner of the table that batch.planned_table() returns.
--
-- It is executed when PostgreSQL plans the statement, too. Call it only in an expression that contains batch.planned_table() for the same
-- table, which makes the plan depend on the table.
create or replace function batch.planned_owner(p_schema name, p_table name, p_key name) returns oid
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (batch.find_table(p_schema, p_table, p_key)).owner_oid;
end
$$;
