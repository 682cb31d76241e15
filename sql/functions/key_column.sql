-- The name of a table's primary key column; null when the table does not exist or its primary key is not one bigint column.
--
-- Asked each time and kept nowhere: it follows a renamed column, and a restored table.
create or replace function batch.key_column(p_requests regclass) returns name
language sql stable
as $$
  select case when count(*) = 1 then min(a.attname::text) filter (where a.atttypid = 'bigint'::pg_catalog.regtype) end
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
  where i.indrelid = p_requests and i.indisprimary
$$;
