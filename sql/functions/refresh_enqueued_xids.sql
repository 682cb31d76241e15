-- Gives a new enqueued_xid to waiting requests whose own is ahead of this server's transaction IDs: the database was restored from, or
-- replicated from, a server that had assigned more of them. Every request that is inserted here would be claimed before them.
--
-- p_kind: the kind
--
-- The first 10,000 at each poll; among these the primary key decides. A request that is visible and was enqueued here has one below
-- the snapshot's xmax.
-- Index: queue_waiting
create or replace function batch.refresh_enqueued_xids(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
begin
  select array_agg(ahead.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null
      and q.enqueued_xid > greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())
    order by q.enqueued_xid, q.request_id limit 10000 for update skip locked
  ) ahead;
  update batch.queue q set enqueued_xid = pg_current_xact_id() where q.ctid = any (ctids);
end
$$;
