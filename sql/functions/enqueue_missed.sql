-- Enqueues rows that no trigger saw: of a partition that was attached since the last poll, those that batch.attach() could not see,
-- and those inserted while a trigger was missing.
--
-- p_kind: the kind; its attachment must be intact
create or replace function batch.enqueue_missed(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  present oid[];
  arrived oid;
  until constant timestamptz := clock_timestamp() + interval '1 second';
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  present := batch.partitions(attached.requests, p_kind);
  if attached.unqueued_above is null and attached.partitions <@ present and present <@ attached.partitions or not batch.lock_kind(p_kind) then
    return;
  end if;
  -- Again: they may have changed while this waited for the lock.
  select * into attached from batch.kind k where k.kind = p_kind;
  present := batch.partitions(attached.requests, p_kind);
  if not attached.partitions <@ present then
    -- A partition was detached or dropped, and its rows with it.
    update batch.kind k
    set partitions = array(select p from unnest(k.partitions) p where p = any (present)), sweep_pending = true
    where k.kind = p_kind;
  end if;
  loop
    select * into attached from batch.kind k where k.kind = p_kind;
    select p into arrived from unnest(present) p where p <> all (attached.partitions) limit 1;
    exit when arrived is null and attached.unqueued_above is null;
    if attached.unqueued_above is null then
      update batch.kind k set unqueued_partition = arrived, unqueued_above = -9223372036854775808 where k.kind = p_kind;
    end if;
    perform batch.enqueue_existing(p_kind);
    -- A year of partitions may have been attached at once, or a restore have replaced all of them; where there are many rows, a poll enqueues
    -- some of them.
    exit when clock_timestamp() > until or (select k.unqueued_above is not null from batch.kind k where k.kind = p_kind);
  end loop;
end
$$;
