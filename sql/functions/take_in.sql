-- Enqueues the rows of a kind's table that are neither queued nor finished.
--
-- p_kind: the kind   p_partitions: only rows of these partitions; null: all
-- Returns how many.
create or replace function batch.take_in(p_kind text, p_partitions oid[]) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  attached batch.kind;
  ids bigint[];
  taken bigint := 0;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  for ids in
    execute format(
      'select array_agg(r.id) from (
         select r.%1$I as id, row_number() over () / 100000 as part from %2$s r where $1 is null or r.tableoid = any ($1)
       ) r group by r.part',
      batch.key_column(attached.requests), attached.requests
    ) using p_partitions
  loop
    taken := taken + batch.enqueue_ids(p_kind, ids);
  end loop;
  return taken;
end
$$;
