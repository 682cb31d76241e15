-- Finds out whether a waiting request that the history has as ended has a row that was inserted again, by a transaction whose snapshot was
-- older than the deletion of the previous row, so that batch.enqueue_ids() saw neither the deletion nor the attempts. If so, the request is
-- new: its mark as deleted is removed.
--
-- p_kind, p_request: the request   Returns whether it is new.
create or replace function batch.accept_reinserted(p_kind text, p_request bigint) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  begin
    if cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then
      return false;
    end if;
  exception
    when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
      raise;
    when others or assert_failure then
      -- The claim finds out what is wrong with the row.
  end;
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request;
  return found or exists (
    select from batch.kind k
    where k.kind = p_kind
      and k.cleared_at >= (select max(h.ended_at) from batch.history h where h.kind = p_kind and h.request_id = p_request)
  );
end
$$;
