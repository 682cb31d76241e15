-- Ends requests whose rows no longer exist: a waiting one leaves the queue, a running one is not retried, and the key of a finished
-- one may be inserted again.
--
-- p_kind, p_ids: the requests   p_reason: what happened to their rows
-- Indexes: queue_pkey, history_pkey. Each row is found by its whole key (lateral, scalar subqueries) and then written by its ctid: with old
-- statistics, a plan for a list of keys or for a join may read every request of the kind, in the application's transaction, which then
-- conflicts with all others if it is serializable.
-- The first statement waits for requests that are being claimed, in the order of their keys, and the next ones see the claims: within one
-- statement, the ctid of a row that was waited for would belong to a version that this statement cannot see. The insert waits for a poll that is
-- just enqueuing a row (batch.enqueue_reinserted), whose entry only the last statement sees: then all are repeated for it.
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
    update batch.queue q set canceled = p_reason where q.ctid = any (ctids) and q.session_id is not null;
    with removed as (
      delete from batch.queue q where q.ctid = any (ctids) and q.session_id is null returning q.request_id, q.attempt
    )
    update batch.history h set status = 'DEAD', error = concat_ws('; not retried: ', h.error, p_reason)
    from removed, lateral (
      select c.ctid as row_ctid from batch.history c
      where c.kind = p_kind and c.request_id = removed.request_id and c.attempt = removed.attempt and c.status = 'FAILED' limit 1
    ) last
    where h.ctid = last.row_ctid;
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
