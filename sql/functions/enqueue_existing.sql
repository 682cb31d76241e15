-- Reads the next 100,000 rows of a kind's table, from where the last call ended (unqueued_partition and unqueued_above of batch.kind), and
-- enqueues those that are neither queued nor finished.
--
-- p_kind: the kind; the caller has locked its row (batch.lock_kind), or has just attached it
--
-- What is queued already is not enqueued again: an insert would wait until a transaction that has deleted the row, or that records the end
-- of its attempt, has ended. Each request is looked up by its whole key, whatever the statistics say.
create or replace function batch.enqueue_existing(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  chunk constant integer := 100000;
  pending batch.kind;
  partition regclass;
  ids bigint[];
begin
  select * into pending from batch.kind k where k.kind = p_kind;
  if pending.unqueued_above is null then
    return;
  end if;
  partition := (
    select t.tgrelid from pg_trigger t
    where t.oid = pending.unqueued_partition and t.oid = any (batch.partitions(pending.requests, p_kind))
  );
  if partition is null and pending.unqueued_partition is not null then
    -- It was detached meanwhile.
    update batch.kind k set unqueued_partition = null, unqueued_above = null, sweep_pending = true where k.kind = p_kind;
    return;
  end if;
  ids := batch.read_keys(p_kind, partition, nullif(pending.unqueued_above, -9223372036854775808), chunk, null);
  perform batch.enqueue_ids(p_kind, array(
    select existing.id from unnest(ids) as existing (id)
    where (select true from batch.queue q where q.kind = p_kind and q.request_id = existing.id limit 1) is null
  ));
  perform batch.mark_reinserted(p_kind, array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.request_id = any (ids) and q.canceled is not null
  ));
  perform batch.report_repeated(p_kind, ids);
  if cardinality(ids) = chunk then
    update batch.kind k set unqueued_above = ids[chunk] where k.kind = p_kind;
  else
    update batch.kind k
    set unqueued_partition = null, unqueued_above = null,
        partitions = case when pending.unqueued_partition is null then k.partitions else k.partitions || pending.unqueued_partition end
    where k.kind = p_kind;
  end if;
end
$$;
