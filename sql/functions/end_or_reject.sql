-- Ends the attempt of a worker that is dead, hangs or is long past its timeout, as batch.end_attempt(); a row for which that is impossible
-- goes to batch.rejected.
--
-- p_kind, p_request: the request; the caller has locked its row   p_reason, p_error, p_reserve: as in batch.end_attempt()
create or replace function batch.end_or_reject(p_kind text, p_request bigint, p_reason text, p_error text, p_reserve boolean) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform batch.end_attempt(p_kind, p_request, p_reason, p_error, false, p_reserve);
exception
  -- The last two: the server's disk fails, which is not the row's fault.
  when query_canceled or transaction_rollback or lock_not_available or insufficient_resources or system_error or internal_error then
    raise;
  when others then
    perform batch.reject(p_kind, array[p_request], sqlerrm);
end
$$;
