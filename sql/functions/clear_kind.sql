-- Ends every request of a kind, and makes its finished ones ones that may come again.
--
-- p_kind: the kind   p_reason: what happened to their rows
create or replace function batch.clear_kind(p_kind text, p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with removed as (
    delete from batch.queue q where q.kind = p_kind and q.session_id is null returning q.request_id, q.attempt
  )
  update batch.history h set status = 'DEAD', error = concat_ws('; not tried again: ', h.error, p_reason)
  from removed
  where h.kind = p_kind and h.request_id = removed.request_id and h.attempt = removed.attempt and h.status = 'FAILED';
  update batch.queue q set canceled = p_reason, canceled_xid = pg_current_xact_id() where q.kind = p_kind;
  delete from batch.deleted_request d where d.kind = p_kind;
  update batch.kind k set cleared_at = clock_timestamp() where k.kind = p_kind;
end
$$;
