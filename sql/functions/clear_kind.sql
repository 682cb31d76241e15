-- Ends every request of a kind, and lets the keys of its finished ones be used again.
--
-- p_kind: the kind   p_reason: what happened to their rows
--
-- Skips a request that is being claimed at this moment instead of waiting: that claim may itself wait for the table. It will find no row.
create or replace function batch.clear_kind(p_kind text, p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with waiting as materialized (
    select q.request_id from batch.queue q where q.kind = p_kind and q.session_id is null for update skip locked
  ), removed as (
    delete from batch.queue q using waiting where q.kind = p_kind and q.request_id = waiting.request_id returning q.request_id, q.attempt
  )
  update batch.history h set status = 'DEAD', error = concat_ws('; not tried again: ', h.error, p_reason)
  from removed
  where h.kind = p_kind and h.request_id = removed.request_id and h.attempt = removed.attempt and h.status = 'FAILED';
  with running as materialized (
    select q.request_id from batch.queue q where q.kind = p_kind and q.session_id is not null for update skip locked
  )
  update batch.queue q set canceled = p_reason from running where q.kind = p_kind and q.request_id = running.request_id;
  delete from batch.deleted_request d where d.kind = p_kind;
  insert into batch.deleted_request (kind, request_id) select q.kind, q.request_id from batch.queue q where q.kind = p_kind
  on conflict (kind, request_id) do nothing;
  update batch.kind k set cleared_at = clock_timestamp() where k.kind = p_kind;
end
$$;
