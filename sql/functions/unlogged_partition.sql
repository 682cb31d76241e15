-- The first partition of a table that is not permanent; null: there is none.
create or replace function batch.unlogged_partition(p_requests regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select min(c.oid::regclass::text) from pg_partition_tree(p_requests) t join pg_class c on c.oid = t.relid where c.relpersistence <> 'p'
$$;
