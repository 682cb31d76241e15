-- Gives a waiting or reserved request another key. If it has failed, it is DEAD under the old one.
--
-- p_kind, p_request: the request, which the caller has locked   p_new: its new key, which has its attempts (batch.copy_history)
create or replace function batch.rekey_waiting(p_kind text, p_request bigint, p_new bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  request batch.queue;
begin
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request returning q.* into request;
  request.request_id := p_new;
  if request.job_name is null then
    -- At its previous position it might lie below the lower bound of the waiting requests.
    request.enqueued_xid := pg_current_xact_id();
  end if;
  insert into batch.queue select request.* on conflict (kind, request_id) do nothing;
  -- Afterwards, since the insert waits for an attempt of an earlier request with the new key that is just ending.
  update batch.queue q set attempt = latest.attempt
  from (select max(h.attempt) as attempt from batch.history h where h.kind = p_kind and h.request_id = p_new) latest
  where q.kind = p_kind and q.request_id = p_new and q.attempt < latest.attempt;
  -- It had this key before, and was DEAD under it since; now it is retried.
  update batch.history n
  set status = 'FAILED', error = h.error
  from batch.history h
  where h.kind = p_kind and h.request_id = p_request and h.status = 'FAILED' and h.attempt = request.attempt
    and n.kind = p_kind and n.request_id = p_new and n.status = 'DEAD'
    and n.started_at = h.started_at and n.session_id is not distinct from h.session_id;
  update batch.history h
  set status = 'DEAD', error = concat_ws('; not retried: ', h.error, format('its primary key was changed to %s', p_new))
  where h.kind = p_kind and h.request_id = p_request and h.attempt = request.attempt and h.status = 'FAILED';
end
$$;
