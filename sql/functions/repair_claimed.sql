-- Gives claimed requests without a number one: rows of the queue that were not written by batch.claim(). Without it no scan of the
-- claimed ones would see them, and a dead worker's request would stay.
--
-- p_kind: the kind   Index: queue_claimed
create or replace function batch.repair_claimed(p_kind text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update batch.queue q set claimed_xid = pg_current_xact_id()
  where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid is null
$$;
