-- Records as crashed the attempt of a previous pod of the same Job that does not respond, so that this pod may claim the request.
-- The attempt ends here: a predecessor that is alive and reconnects has lost it.
--
-- p_kind, p_job: as in batch.claim()   p_session: the holder that batch.reclaim() named
--
-- One row: taken over. Zero rows: that session no longer has the Job's request, has announced its stop or keeps a lease, or its program's
-- transaction has locked the request (batch.own).
-- Index: queue_job
create or replace function batch.take_over(p_kind text, p_job text, p_session integer) returns setof boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  own batch.queue;
begin
  select * into own from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id = p_session
    and q.lease_until is null and coalesce(q.stopping_until, now()) <= now()
  for update skip locked;
  if not found then
    return;
  end if;
  perform batch.end_or_reject(
    p_kind, own.request_id, 'crashed', format('the worker in pod %s did not respond after its Job''s next pod had started', own.pod_name), true
  );
  return next true;
end
$$;
