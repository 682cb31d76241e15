-- The last part of batch.attach(), which has locked the table: enqueues the rows that already exist, and ends claimed requests without a
-- row.
--
-- p_kind: the kind
--
-- Above read committed, a transaction may not see rows that were committed before it got its lock; the next poll or claim
-- enqueues them.
create or replace function batch.complete_attachment(p_kind text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  problem text := batch.attachment_problem(p_kind);
  least_key constant bigint := -9223372036854775808;
  without_row bigint[];
begin
  if problem is not null then
    raise exception '%', problem;
  end if;
  update batch.kind k
  set partitions = batch.partitions(k.requests, p_kind), unqueued_partition = null, unqueued_above = least_key
  where k.kind = p_kind;
  while exists (select from batch.kind k where k.kind = p_kind and k.unqueued_above is not null) loop
    perform batch.enqueue_existing(p_kind);
  end loop;
  without_row := batch.claimed_without_row(p_kind, true);
  problem := batch.attachment_problem(p_kind);
  if problem is not null then
    -- The rights of a role change without a lock on the table: rows may have been hidden while they were read.
    raise exception '%', problem;
  end if;
  perform batch.dequeue_ids(p_kind, without_row, 'its row was deleted');
  if current_setting('transaction_isolation') not like 'read %' then
    update batch.kind k set unqueued_above = least_key where k.kind = p_kind;
  end if;
exception
  when insufficient_privilege or undefined_object or data_exception then
    raise exception 'cannot read the rows of kind % with the rights of the owner of its table: %', quote_literal(p_kind), sqlerrm
      using errcode = sqlstate, hint = 'A policy, cast or function on the table may fail for its owner.';
end
$$;
