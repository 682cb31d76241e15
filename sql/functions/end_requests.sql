-- Ends requests that have lost their rows: one that no Job works on leaves the queue, and is DEAD if it has failed; a running one is not
-- retried.
--
-- p_kind: the kind   p_ctids: the entries of batch.queue, which the caller has locked   p_reason: what happened to their rows
-- Index: history_pkey, by the whole key (batch.dequeue_ids)
create or replace function batch.end_requests(p_kind text, p_ctids tid[], p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  update batch.queue q set canceled = p_reason where q.ctid = any (p_ctids) and q.session_id is not null;
  with removed as (
    delete from batch.queue q where q.ctid = any (p_ctids) and q.session_id is null returning q.request_id, q.attempt
  )
  update batch.history h set status = 'DEAD', error = concat_ws('; not retried: ', h.error, p_reason)
  from removed, lateral (
    select c.ctid as row_ctid from batch.history c
    where c.kind = p_kind and c.request_id = removed.request_id and c.attempt = removed.attempt and c.status = 'FAILED' limit 1
  ) last
  where h.ctid = last.row_ctid;
end
$$;
