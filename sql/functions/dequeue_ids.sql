-- Ends requests whose rows no longer exist: a waiting one leaves the queue, a running one is not retried, and the key of a finished
-- one may be inserted again.
--
-- p_kind, p_ids: the requests   p_reason: what happened to their rows
-- Indexes: queue_pkey, history_pkey. Each row is found by its whole key (lateral, scalar subqueries) and then written by its ctid: with old
-- statistics, a plan for a list of keys or for a join may read every request of the kind, in the application's transaction, which then
-- conflicts with all others if it is serializable.
-- The first statement waits for requests that are being claimed, in the order of their keys, and the next ones see the claims: within one
-- statement, the ctid of a row that was waited for would belong to a version that this statement cannot see. The insert waits for a poll
-- that is just enqueuing a row (batch.enqueue_reinserted); only the last statement sees that row's entry, and everything is repeated for it.
create or replace function batch.dequeue_ids(p_kind text, p_ids bigint[], p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  ids bigint[] := p_ids;
  ctids tid[];
begin
  while cardinality(ids) > 0 loop
    select array_agg(present.row_ctid) into ctids
    from (select i as id from unnest(ids) i order by i) gone, lateral (
      select q.ctid as row_ctid from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1 for update
    ) present;
    perform batch.end_requests(p_kind, ctids, p_reason);
    insert into batch.deleted_request as d (kind, request_id)
    select p_kind, gone.id from unnest(ids) as gone (id)
    where (select true from batch.history h where h.kind = p_kind and h.request_id = gone.id limit 1)
      or (select true from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1)
    on conflict (kind, request_id) do update set reinserted = false where d.reinserted;
    ids := array(
      select gone.id from unnest(ids) as gone (id)
      where (select q.session_id is null from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1)
    );
  end loop;
end
$$;
