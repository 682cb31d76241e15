-- The triggers of a kind on its table and, if that is partitioned, on its partitions.
--
-- p_requests: the table   p_kind: the kind
create or replace function batch.triggers(p_requests regclass, p_kind text) returns setof pg_trigger
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select t.*
  from batch.partition_tree(p_requests) tree
  join pg_trigger t on t.tgrelid = tree.relation
  where t.tgname in ('batch_' || p_kind, 'batch_' || p_kind || '$delete', 'batch_' || p_kind || '$key', 'batch_' || p_kind || '$truncate')
    and not (t.tgisinternal and t.tgrelid = p_requests)
$$;
