-- Enqueues up to 100,000 rows of a kind's table that are neither queued nor finished, continuing where the last call ended
-- (intake_partition and intake_after of batch.kind).
--
-- p_kind: the kind; the caller has locked its row (batch.lock_kind), or has just attached it
--
-- What is queued already is not enqueued again: an insert would wait until a transaction that has deleted the row, or that records the end
-- of its attempt, has ended. Each request is looked up by its whole key, whatever the statistics say.
create or replace function batch.take_in(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  chunk constant integer := 100000;
  pending batch.kind;
  ids bigint[];
begin
  select * into pending from batch.kind k where k.kind = p_kind;
  if pending.intake_after is null then
    return;
  end if;
  ids := batch.read_keys(p_kind, pending.intake_partition, nullif(pending.intake_after, -9223372036854775808), chunk, null);
  perform batch.enqueue_ids(p_kind, array(
    select taken.id from unnest(ids) as taken (id)
    where (select true from batch.queue q where q.kind = p_kind and q.request_id = taken.id limit 1) is null
  ));
  if cardinality(ids) = chunk then
    update batch.kind k set intake_after = ids[chunk] where k.kind = p_kind;
  else
    update batch.kind k
    set intake_partition = null, intake_after = null,
        partitions = case when pending.intake_partition is null then k.partitions else k.partitions || pending.intake_partition end
    where k.kind = p_kind;
  end if;
end
$$;
