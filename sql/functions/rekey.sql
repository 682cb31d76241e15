-- The trigger for a changed primary key: a waiting request gets the new key; a running one is not retried, since its worker has the
-- old key; a finished one is finished under both. The attempts of an earlier request with the new key stay, and the numbers of these follow them.
--
-- Argument: the kind.
create or replace function batch.rekey() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  old_id bigint;
  new_id bigint;
  request batch.queue;
begin
  execute format('select ($1).%1$I, ($2).%1$I', batch.require_key(tg_relid, tg_argv[0])) into old_id, new_id using old, new;
  perform batch.refuse_insert(tg_argv[0], array[new_id]);
  -- First, since it waits for an attempt that is just ending, which is then in the history.
  select * into request from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id for update;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, job_name, pod_name, error, result, progress
  )
  select h.kind, new_id, h.attempt + greatest(0, 1 + previous.attempt - min(h.attempt) over ()), h.session_id, h.created_at, h.started_at,
         h.ended_at, h.status, h.reason, h.job_name, h.pod_name, h.error, h.result, h.progress
  from batch.history h, (select max(n.attempt) as attempt from batch.history n where n.kind = tg_argv[0] and n.request_id = new_id) previous
  where h.kind = tg_argv[0] and h.request_id = old_id and not exists (
    -- It had this key before.
    select from batch.history n
    where n.kind = tg_argv[0] and n.request_id = new_id and n.started_at = h.started_at and n.session_id is not distinct from h.session_id
  );

  if request.kind is not null and request.session_id is null then
    delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id;
    request.request_id := new_id;
    if request.job_name is null then
      -- At its previous position it might lie below the lower bound of the waiting requests.
      request.enqueued_xid := pg_current_xact_id();
    end if;
    request.attempt := greatest(request.attempt, (
      select max(h.attempt) from batch.history h where h.kind = tg_argv[0] and h.request_id = new_id
    ));
    insert into batch.queue select request.* on conflict (kind, request_id) do nothing;
  elsif request.kind is not null then
    update batch.queue q set canceled = format('its primary key was changed to %s', new_id)
    where q.kind = tg_argv[0] and q.request_id = old_id;
  elsif not exists (select from batch.history h where h.kind = tg_argv[0] and h.request_id = old_id) then
    -- Another trigger has changed the key before the one that enqueues the row; or no trigger has seen the row.
    perform batch.enqueue_ids(tg_argv[0], array[new_id]);
  end if;

  delete from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = new_id;
  insert into batch.deleted_request (kind, request_id)
  select tg_argv[0], old_id
  where exists (select from batch.history h where h.kind = tg_argv[0] and h.request_id = old_id)
    or exists (select from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id)
  on conflict (kind, request_id) do nothing;
  return null;
end
$$;
