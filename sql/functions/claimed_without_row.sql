-- The claimed requests of a kind whose rows were deleted while no trigger saw it (batch.dequeue).
--
-- p_kind: the kind; no other transaction may write to its table, otherwise a row that is just inserted would be missed
-- p_lock: lock them, except those that are locked already (batch.own): their program may wait for the table
--
-- None of a partitioned table, whose rows may be in a partition that is detached at the moment, nor above read committed, where rows may be
-- invisible.
create or replace function batch.claimed_without_row(p_kind text, p_lock boolean) returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ids bigint[] := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.canceled is null
  );
begin
  if cardinality(ids) = 0 or current_setting('transaction_isolation') not like 'read %'
    or pg_partition_root((select k.requests from batch.kind k where k.kind = p_kind)) is not null
  then
    return '{}';
  end if;
  ids := array(select unnest(ids) except select unnest(batch.read_keys(p_kind, null, null, null, ids)));
  if p_lock then
    ids := array(
      select q.request_id from batch.queue q
      where q.kind = p_kind and q.request_id = any (ids) and q.job_name is not null and q.canceled is null for update skip locked
    );
  end if;
  return ids;
end
$$;
