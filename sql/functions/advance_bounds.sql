-- Moves the lower bounds of the scans of batch.queue: below them there are only dead index entries, which a snapshot held elsewhere
-- (pg_dump, a report, a replication slot) keeps from being removed, and which every scan would have to skip one by one.
--
-- p_kind: the kind. Does nothing while another session does it.
--
-- The bound of the waiting requests is never above the xmin of a snapshot taken under the lock: a row that becomes visible later has an
-- enqueued_xid that is not below it. Returning a request to the queue lowers this bound (batch.release). A transaction that has written something
-- and stays open holds back xmin, but not the bound of the claimed requests, which is never above batch.claims_horizon().
create or replace function batch.advance_bounds(p_kind text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  bounds batch.scaling;
  horizon xid8;
  claims_horizon xid8;
  waiting record;
  claimed xid8;
begin
  select * into bounds from batch.scaling s where s.kind = p_kind for no key update skip locked;
  if not found then
    return;
  end if;
  horizon := pg_snapshot_xmin(pg_current_snapshot());
  claims_horizon := batch.claims_horizon();
  select q.enqueued_xid as xid, q.request_id as id into waiting from batch.queue q
  where q.kind = p_kind and q.job_name is null and q.available_at is null
    and (q.enqueued_xid, q.request_id) >= (bounds.waiting_xid, bounds.waiting_id)
  order by q.enqueued_xid, q.request_id limit 1;
  if waiting.xid is null or waiting.xid >= horizon then
    waiting.xid := horizon;
    waiting.id := -9223372036854775808;
  end if;
  select q.claimed_xid into claimed from batch.queue q
  where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= bounds.claimed_xid
  order by q.claimed_xid limit 1;
  claimed := least(claimed, claims_horizon);
  if (bounds.waiting_xid, bounds.waiting_id, bounds.claimed_xid) is distinct from (waiting.xid, waiting.id, claimed) then
    update batch.scaling s
    set waiting_xid = waiting.xid, waiting_id = waiting.id, claimed_xid = claimed
    where s.kind = p_kind;
  end if;
end
$$;
