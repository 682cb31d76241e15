-- A table and its partitions of every level, and which of them hold rows.
--
-- pg_partition_tree() would lock the partitions without the table above them, in another order than any statement does, and wait for
-- a transaction that changes one of them.
create or replace function batch.partition_tree(p_requests regclass, out relation oid, out is_leaf boolean) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive tree (relation) as (
    select p_requests::oid
    union all
    select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.relation join pg_class c on c.oid = i.inhrelid and c.relispartition
    where not i.inhdetachpending
  )
  select tree.relation, c.relkind <> 'p' from tree join pg_class c on c.oid = tree.relation
$$;
