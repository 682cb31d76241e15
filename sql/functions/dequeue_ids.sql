-- Ends requests whose rows no longer exist: a waiting one leaves the queue, a running one is not retried, and the key of a finished
-- one may be inserted again.
--
-- p_kind, p_ids: the requests   p_reason: what happened to their rows
-- Indexes: queue_pkey, history_pkey. Every statement names the requests as a list, so that no plan reads others, whatever the statistics
-- say: they would be read in the application's transaction, which conflicts with all others if it is serializable.
create or replace function batch.dequeue_ids(p_kind text, p_ids bigint[], p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with removed as (
    delete from batch.queue q where q.kind = p_kind and q.request_id = any (p_ids) and q.session_id is null
    returning q.request_id, q.attempt
  )
  update batch.history h set status = 'DEAD', error = concat_ws('; not tried again: ', h.error, p_reason)
  from removed
  where h.kind = p_kind and h.request_id = any (p_ids)
    and h.request_id = removed.request_id and h.attempt = removed.attempt and h.status = 'FAILED';
  update batch.queue q set canceled = p_reason where q.kind = p_kind and q.request_id = any (p_ids) and q.session_id is not null;
  insert into batch.deleted_request (kind, request_id)
  select h.kind, h.request_id from batch.history h where h.kind = p_kind and h.request_id = any (p_ids)
  union
  select q.kind, q.request_id from batch.queue q where q.kind = p_kind and q.request_id = any (p_ids)
  on conflict (kind, request_id) do nothing;
end
$$;
