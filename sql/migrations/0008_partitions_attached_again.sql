-- A partition that is detached and attached again between two polls must be noticed: the attachments are compared by their triggers
-- (batch.partitions), which the partition gets anew, and no longer by the partitions' own numbers.

-- Before 0009 needs it: a transaction that waits for one of the rows may have locked what 0009 waits for.
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
