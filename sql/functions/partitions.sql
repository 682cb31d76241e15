-- The leaf partitions of a table, in order; empty for a table that is not partitioned, null for one that does not exist.
create or replace function batch.partitions(p_requests regclass) returns oid[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when c.relkind = 'p' then array(select t.relation from batch.partition_tree(p_requests) t where t.is_leaf order by 1) else '{}' end
    from pg_class c where c.oid = p_requests
  );
end
$$;
