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
  perform batch.end_requests(p_kind, ctids, p_reason);
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
