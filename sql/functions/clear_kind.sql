-- Ends every request of a kind, and lets the keys of its finished ones be used again.
--
-- p_kind: the kind   p_reason: what happened to their rows
--
-- Skips a request that is being claimed at this moment instead of waiting: that claim may itself wait for the table. It will find no row.
create or replace function batch.clear_kind(p_kind text, p_reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
begin
  select array_agg(c.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind for update skip locked) c;
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
  delete from batch.deleted_request d where d.kind = p_kind;
  insert into batch.deleted_request (kind, request_id) select q.kind, q.request_id from batch.queue q where q.kind = p_kind
  on conflict (kind, request_id) do nothing;
  -- Above read committed there may be requests that this transaction does not see: the next poll ends them.
  update batch.kind k
  set cleared_at = clock_timestamp(), sweep_pending = k.sweep_pending or current_setting('transaction_isolation') not like 'read %'
  where k.kind = p_kind and (
    -- Where no attempt was made there is none to forget: a restore of the data alone may bring attempts that count (batch.skip_restored).
    current_setting('transaction_isolation') not like 'read %'
    or exists (select from batch.history h where h.kind = p_kind)
    or exists (select from batch.queue q where q.kind = p_kind)
  );
end
$$;
