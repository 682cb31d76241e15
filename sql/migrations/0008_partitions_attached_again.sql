-- A partition that is detached and attached again between two polls must be noticed. So partitions are recorded by the OIDs of their triggers
-- (batch.partitions), which change each time a partition is attached, and no longer by their own.

-- Not only by 0009, which alters the table: a transaction that waits for a row updated here may hold a lock that 0009 would wait for.
lock table batch.kind in access exclusive mode;

update batch.kind k
set sweep_pending = true,
    partitions = array(
      select t.oid from pg_trigger t where t.tgrelid = any (k.partitions) and t.tgname = 'batch_' || k.kind order by 1
    ),
    unqueued_partition = (select t.oid from pg_trigger t where t.tgrelid = k.unqueued_partition and t.tgname = 'batch_' || k.kind)
where k.partitions <> '{}';

comment on column batch.kind.partitions is 'The partitions whose rows have been enqueued, by their triggers (batch.partitions)';
comment on column batch.kind.unqueued_partition is 'The partition whose rows the next polls enqueue, by its trigger; null: all';
