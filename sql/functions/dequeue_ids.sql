-- Ends requests whose rows no longer exist: a waiting one leaves the queue, a running one is not retried, and the key of a finished
-- one may be inserted again.
--
-- p_kind, p_ids: the requests   p_reason: what happened to their rows
-- Indexes: queue_pkey, history_pkey. No statement joins: with old statistics a plan may read other requests, in the application's
-- transaction, which conflicts with all others if it is serializable; or compare each of many requests with all.
create or replace function batch.dequeue_ids(p_kind text, p_ids bigint[], p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  removed record;
begin
  for removed in
    delete from batch.queue q where q.kind = p_kind and q.request_id = any (p_ids) and q.session_id is null
    returning q.request_id, q.attempt
  loop
    continue when removed.attempt = 0;
    update batch.history h set status = 'DEAD', error = concat_ws('; not tried again: ', h.error, p_reason)
    where h.kind = p_kind and h.request_id = removed.request_id and h.attempt = removed.attempt and h.status = 'FAILED';
  end loop;
  update batch.queue q set canceled = p_reason where q.kind = p_kind and q.request_id = any (p_ids) and q.session_id is not null;
  insert into batch.deleted_request (kind, request_id)
  select h.kind, h.request_id from batch.history h where h.kind = p_kind and h.request_id = any (p_ids)
  union
  select q.kind, q.request_id from batch.queue q where q.kind = p_kind and q.request_id = any (p_ids)
  on conflict (kind, request_id) do nothing;
end
$$;
