-- Lets the next scans of batch.queue start at its beginning, every 5 minutes (batch.maintain): a row that batch.enqueue_ids() did not
-- write (a restored one, or one inserted manually) may lie below the lower bounds. So do all new rows if the bounds are from another
-- PostgreSQL cluster, from which the database was restored and whose transactions had higher IDs.
--
-- p_kind: the kind
create or replace function batch.reset_bounds(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update batch.scaling s
  set waiting_xid = '0', waiting_id = -9223372036854775808, claimed_xid = '0', bounds_reset_at = now()
  where s.kind = p_kind;
end
$$;
