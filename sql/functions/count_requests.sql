-- What the scaling query counts of the queue (batch.count_jobs).
--
-- p_kind: the kind   p_limit: how many waiting requests it counts at most
-- p_claimed_xid, p_waiting_xid, p_waiting_id: the lower bounds of batch.scaling
--
-- One row:
-- - working: claimed requests, also reserved ones, whose worker is not suspected to be dead
-- - suspects: those whose worker is, claimed or waiting again, unless this crash exceeds their limit
-- - unfinished: all claimed ones, and the waiting ones
-- Indexes: queue_claimed, queue_waiting
--
-- It sets no search_path: its caller sets one.
create or replace function batch.count_requests(
  p_kind text, p_limit bigint, p_claimed_xid xid8, p_waiting_xid xid8, p_waiting_id bigint,
  out working bigint, out suspects bigint, out unfinished bigint
)
language plpgsql stable
as $$
begin
  select
    count(*) filter (where c.suspected_at is null),
    count(*) filter (where c.suspected_at is not null and c.crashes < c.crash_limit),
    count(*)
  into working, suspects, unfinished
  from batch.queue c
  where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= p_claimed_xid;
  select suspects + count(*) filter (where w.suspected_at is not null), unfinished + count(*) into suspects, unfinished
  from (
    select q.suspected_at from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null and (q.enqueued_xid, q.request_id) >= (p_waiting_xid, p_waiting_id)
    order by q.enqueued_xid, q.request_id limit p_limit
  ) w;
end
$$;
