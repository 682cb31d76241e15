-- Cancels a request and keeps its row: a running one is not retried, any other becomes DEAD. For members of the owner of the
-- schema. Deleting the row also cancels the request; batch.retry() runs a canceled request.
--
-- p_kind, p_request: the request   p_reason: why; shown with its attempts (null: canceled). Not one of the two reasons by which the queue
-- recognizes a running request that is to run again (batch.register, batch.requeue).
-- Returns the Job that is working on it (delete that Job to stop the work); null: none was, and the request is DEAD now.
--
-- Refuses a request that had ended before.
create or replace function batch.cancel(p_kind text, p_request bigint, p_reason text default 'canceled') returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  queued batch.queue;
  latest batch.history;
  why text := coalesce(p_reason, 'canceled');
begin
  if why in ('its kind was detached', 'its table was replaced by another') then
    raise exception 'the reason must be another one (by this one the queue recognizes requests that run again later); got %', why;
  end if;
  perform batch.require_kind(p_kind);
  perform batch.require_request(p_kind, p_request);
  if exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request and d.reinserted) then
    -- Its row waits for a poll (batch.mark_reinserted), unless the attempt on the previous one still runs.
    perform batch.enqueue_ids(p_kind, batch.existing_rows(p_kind, array[p_request]));
  end if;
  select * into queued from batch.queue q where q.kind = p_kind and q.request_id = p_request for update;
  if not found then
    select * into latest from batch.history h
    where h.kind = p_kind and h.request_id = p_request order by h.attempt desc limit 1;
    raise exception '% % must be unfinished to be canceled; got %', p_kind, p_request, coalesce(latest.status, 'no such request');
  end if;
  if queued.job_name is not null and queued.session_id is not null then
    update batch.queue q set canceled = why where q.kind = p_kind and q.request_id = p_request;
    return queued.job_name;
  end if;
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request;
  -- A row of its own, also after an attempt that was to be retried: that one ended earlier, perhaps long ago (batch.purge). It ends now, and
  -- not when this transaction began: the table may have been truncated since (batch.clear_kind).
  insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status, reason, error)
  select p_kind, p_request, 1 + greatest(0, queued.attempt, max(h.attempt)), coalesce(queued.created_at, now()), now(), clock_timestamp(),
         'DEAD', 'canceled', why
  from batch.history h where h.kind = p_kind and h.request_id = p_request;
  return null;
end
$$;
