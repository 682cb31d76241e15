-- The first partition of a table that is not permanent; null: there is none.
create or replace function batch.unlogged_partition(p_requests regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select min(c.oid::regclass::text) from batch.partition_tree(p_requests) t join pg_class c on c.oid = t.relation where c.relpersistence <> 'p'
$$;
