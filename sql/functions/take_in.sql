-- Enqueues up to 100,000 rows of a kind's table that are neither queued nor finished, continuing where the last call ended
-- (intake_partition and intake_after of batch.kind).
--
-- p_kind: the kind; the caller has locked its row (batch.lock_kind), or has just attached it
create or replace function batch.take_in(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
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
  perform batch.enqueue_ids(p_kind, ids);
  -- An insert may have waited until a request had ended that was still running when its attempts were read.
  delete from batch.queue q
  using unnest(ids) as taken (id), lateral (
    select h.attempt, h.status from batch.history h
    where h.kind = p_kind and h.request_id = taken.id order by h.attempt desc limit 1
  ) latest, lateral (
    select c.ctid as row_ctid from batch.queue c
    where c.kind = p_kind and c.request_id = taken.id and c.enqueued_xid = pg_current_xact_id() and c.job_name is null
      and c.attempt < latest.attempt limit 1
  ) ended
  where latest.status <> 'FAILED' and q.ctid = ended.row_ctid;
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
