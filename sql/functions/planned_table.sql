-- The table of this name, if its primary key is this column; null if there is none.
--
-- Call it with constants only. It is declared immutable, although it reads catalogs, so that PostgreSQL replaces the call by its result when
-- it plans the statement, and executing the statement costs nothing. The result is a regclass in the plan, on which the plan depends:
-- PostgreSQL plans the statement again once the table, one of its columns, its key or its owner has changed, or a schema was renamed.
create or replace function batch.planned_table(p_schema name, p_table name, p_key name) returns regclass
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (batch.find_table(p_schema, p_table, p_key)).table_oid;
end
$$;
