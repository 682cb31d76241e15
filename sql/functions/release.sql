-- Returns a claimed request to the waiting ones, at its previous position.
--
-- p_kind, p_request: the request; the caller has locked its row
--
-- Its position may lie below the lower bound of the waiting requests, which is then lowered. The lock on the row of
-- batch.scaling is needed either way: batch.advance_bounds() does not see this request before the transaction ends.
create or replace function batch.release(p_kind text, p_request bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  released batch.queue;
begin
  update batch.queue q
  set job_name = null, session_id = null, claimed_xid = null, token = null, reserved_until = null, lease_until = null,
      deadline_at = null, stopping_until = null, progress = null
  where q.kind = p_kind and q.request_id = p_request
  returning q.* into released;
  perform from batch.scaling s where s.kind = p_kind for no key update;
  update batch.scaling s set waiting_xid = released.enqueued_xid, waiting_id = released.request_id
  where s.kind = p_kind and (s.waiting_xid, s.waiting_id) > (released.enqueued_xid, released.request_id);
end
$$;
