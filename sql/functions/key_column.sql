-- The name of the column that is a request's primary key; null when the table does not exist or has no such key.
--
-- The table's primary key is one bigint column, and not deferrable. A partitioned table's, or a partition's, may have further columns after
-- it: PostgreSQL requires those of the partition key.
--
-- Looked up each time and never stored, so it follows a renamed column and a restored table.
create or replace function batch.key_column(p_requests regclass) returns name
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select a.attname
    from pg_index i
    join pg_attribute a on a.attrelid = p_requests and a.attnum = i.indkey[0]
    where i.indrelid = p_requests and i.indisprimary and i.indimmediate and a.atttypid = 'bigint'::regtype
      and (i.indnkeyatts = 1 or pg_partition_root(p_requests) is not null)
  );
end
$$;
