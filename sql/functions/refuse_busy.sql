-- Raises when a row is inserted while a Job still works on its key: for a previous row, which was deleted, or whose table was truncated.
-- One request has one owner, and the new row would have none.
--
-- p_kind, p_ids: the requests
create or replace function batch.refuse_busy(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  busy bigint;
begin
  select min(q.request_id) into busy from batch.queue q join batch.kind k on k.kind = q.kind
  where q.kind = p_kind and q.request_id = any (p_ids)
    and (q.canceled is not null or q.session_id is not null and q.started_at < k.cleared_at);
  if busy is not null then
    raise exception '% % must not be inserted again before its running attempt has ended (one request, one owner); a Job still has it',
      p_kind, busy;
  end if;
end
$$;
