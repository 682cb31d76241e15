-- Ends requests whose rows no longer exist: a waiting one leaves the queue, a running one is not retried, and the key of a finished
-- one may be inserted again.
--
-- p_kind, p_ids: the requests   p_reason: what happened to their rows
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
  where h.kind = p_kind and h.request_id = removed.request_id and h.attempt = removed.attempt and h.status = 'FAILED';
  update batch.queue q set canceled = p_reason where q.kind = p_kind and q.request_id = any (p_ids) and q.session_id is not null;
  insert into batch.deleted_request (kind, request_id)
  select p_kind, removed.id from unnest(p_ids) as removed (id)
  where exists (select from batch.history h where h.kind = p_kind and h.request_id = removed.id)
    or exists (select from batch.queue q where q.kind = p_kind and q.request_id = removed.id)
  on conflict (kind, request_id) do nothing;
end
$$;
