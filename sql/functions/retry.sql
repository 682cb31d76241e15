-- Runs a request again that is DEAD, or FAILED and not queued: its limits start from zero, its attempt numbers continue. A deferred one no
-- longer waits for its time. For members of the owner of the schema: select batch.retry('clap', 17).
--
-- p_kind, p_request: the request   Returns true: it waits now; false: it was waiting already.
--
-- Refuses a request that succeeded, that is running or reserved for its Job, or whose row does not exist.
create or replace function batch.retry(p_kind text, p_request bigint) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  requested batch.kind;
  latest batch.history;
  queued batch.queue;
  problem text;
begin
  requested := batch.require_kind(p_kind);
  perform batch.require_request(p_kind, p_request);
  if requested.attached then
    -- The table before the row of the kind, as a TRUNCATE locks them; reading locks it.
    perform batch.existing_rows(p_kind, array[p_request]);
    -- batch.purge() waits for this transaction, and this one for it.
    select * into requested from batch.kind k where k.kind = p_kind for share;
  end if;
  if requested.attached is not true then
    raise exception 'kind must be attached (requests of a detached kind are not run); got %, which is detached', quote_literal(p_kind);
  end if;
  problem := batch.attachment_problem(p_kind);
  if problem is not null then
    raise exception 'cannot retry % %: %', p_kind, p_request, problem;
  end if;
  select * into queued from batch.queue q where q.kind = p_kind and q.request_id = p_request for update;
  if queued.job_name is not null then
    raise exception '% % must be DEAD to be retried (one request, one owner); got %', p_kind, p_request, format(
      case when queued.session_id is null then 'one that is reserved for the next pod of the Job %s' else 'RUNNING in the Job %s' end,
      queued.job_name);
  end if;
  if queued.available_at is not null then
    update batch.queue q set available_at = null, enqueued_xid = pg_current_xact_id()
    where q.kind = p_kind and q.request_id = p_request;
    return true;
  end if;
  select * into latest from batch.history h
  where h.kind = p_kind and h.request_id = p_request order by h.attempt desc limit 1;
  if queued.request_id is not null and (latest.attempt > queued.attempt and latest.status <> 'FAILED') is not true then
    return false;
  end if;
  if coalesce(latest.status, 'SUCCESS') = 'SUCCESS' then
    raise exception '% % must be DEAD to be retried (no work is done twice); got %', p_kind, p_request, coalesce(latest.status, case
      when cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then 'no such request'
      else format('a row that was never queued; to queue it: select batch.attach(%L, %L%s)', requested.requests, p_kind,
        case when requested.timeout_column is null then '' else format(', %L', requested.timeout_column) end)
    end);
  end if;
  if cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then
    raise exception '% % must have a row in its table to be retried (the worker reads it there); it has none', p_kind, p_request;
  end if;
  -- A row with fewer attempts than the request has had was inserted manually, and would be rejected.
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request and q.job_name is null;
  insert into batch.queue (kind, request_id, attempt, created_at) values (p_kind, p_request, latest.attempt, latest.created_at)
  on conflict (kind, request_id) do nothing;
  if not found then
    return false;
  end if;
  if current_setting('transaction_isolation') not like 'read %' then
    -- The insert fails for an attempt that has ended after the snapshot.
    insert into batch.history (kind, request_id, attempt, created_at, started_at, status)
    values (p_kind, p_request, latest.attempt + 1, now(), now(), 'DEAD')
    on conflict (kind, request_id, attempt) do nothing;
    delete from batch.history h where h.kind = p_kind and h.request_id = p_request and h.attempt = latest.attempt + 1;
  end if;
  -- A row that was inserted while no trigger fired: once this has ended, it must not count as the request of the deleted one.
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request;
  return true;
end
$$;
