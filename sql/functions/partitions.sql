-- The leaf partitions of a table, each by the trigger that enqueues its rows, in order; empty for a table that is not partitioned, null for
-- one that does not exist.
--
-- p_requests: the table   p_kind: the kind
--
-- A partition gets a new trigger whenever it, or one above it, is attached: rows that were inserted while it was detached are found
-- (batch.enqueue_missed), even if no poll has seen it detached.
create or replace function batch.partitions(p_requests regclass, p_kind text) returns oid[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when c.relkind = 'p' then array(
      select t.oid from batch.partition_tree(p_requests) p join pg_trigger t on t.tgrelid = p.relation and t.tgname = 'batch_' || p_kind
      where p.is_leaf order by 1
    ) else '{}' end
    from pg_class c where c.oid = p_requests
  );
end
$$;
