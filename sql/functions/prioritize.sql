-- Puts a waiting request before all others of its kind; one that is deferred waits no longer. For members of the owner of the schema.
--
-- p_kind, p_request: the request
--
-- Several such requests run in the order of their primary keys. Refuses a request that does not wait.
-- Its place lies below the lower bound of the waiting requests, which is lowered at the commit (batch.lower_bounds).
create or replace function batch.prioritize(p_kind text, p_request bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform batch.require_kind(p_kind);
  perform batch.require_request(p_kind, p_request);
  update batch.queue q set enqueued_xid = '0', available_at = null
  where q.kind = p_kind and q.request_id = p_request and q.job_name is null;
  if not found then
    raise exception '% % must wait to be put before the others; got %', p_kind, p_request, coalesce(
      (select 'one that a Job has' from batch.queue q where q.kind = p_kind and q.request_id = p_request),
      (select h.status from batch.history h where h.kind = p_kind and h.request_id = p_request order by h.attempt desc limit 1),
      'no such request');
  end if;
  insert into batch.prioritized (kind, request_id) values (p_kind, p_request) on conflict (kind, request_id) do nothing;
end
$$;
