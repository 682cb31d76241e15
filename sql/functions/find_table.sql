-- The table of this name, and its owner, if its primary key is this column; nulls if there is none.
--
-- Volatile, so that it sees what was committed before it is called: those who call batch.planned_table() read with the snapshot of a
-- statement that may have waited for the table since. In a transaction that keeps one snapshot it finds nothing.
-- It does not use to_regclass(), which needs a right on the table's schema.
create or replace function batch.find_table(p_schema name, p_table name, p_key name, out table_oid regclass, out owner_oid oid)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('transaction_isolation') = 'read committed' then
    select c.oid, c.relowner into table_oid, owner_oid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = p_schema and c.relname = p_table and batch.key_column(c.oid) = p_key;
  end if;
end
$$;
