-- Waits for transactions that end or cancel the queued request with this key, so that the next statement sees what they did. For
-- partitions: there the primary key of the table does not make a second row wait for the transaction that removes the first one.
--
-- p_kind, p_request: the request
--
-- At read committed only: at other levels the next statement would not see more, and fails when it meets what they changed. Nor is
-- the queue read there: serializable transactions that insert would conflict with each other.
create or replace function batch.await_end(p_kind text, p_request bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('transaction_isolation') = 'read committed' then
    perform from batch.queue q where q.kind = p_kind and q.request_id = p_request for share;
  end if;
end
$$;
