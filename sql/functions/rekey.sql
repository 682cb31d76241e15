-- The trigger for a changed primary key: a waiting request gets the new key, and if it has failed, it is DEAD under the old one; a running
-- one is not retried, since its worker has the old key, and has ended under the new one; a finished one is finished under both. The
-- attempts of an earlier request with the new key stay, and those of this request are numbered after them.
--
-- Argument: the kind. Refuses a key that exists in another partition, and one on whose previous row a Job still works
-- (batch.refuse_running_key).
create or replace function batch.rekey() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  old_id bigint;
  new_id bigint;
  unseen_changes text[];  -- of keys of rows that were unseen, the last 100, newest first: the kind, the old and the new key
  later_id bigint;
  request batch.queue;
  unseen boolean;  -- another trigger has changed the key before the one that enqueues the row; or no trigger has seen the row
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  execute format('select ($1).%1$I, ($2).%1$I', batch.require_key(tg_relid, tg_argv[0])) into old_id, new_id using old, new;
  -- The trigger that enqueues the row may follow, and has its old key.
  perform set_config('postgres_batch.rekeyed', 'on', true);
  unseen_changes := string_to_array(current_setting('postgres_batch.unseen', true), ',');
  select split_part(c.change, ' ', 3) into later_id from unnest(unseen_changes) with ordinality as c (change, ordinal)
  where starts_with(c.change, format('%s %s ', tg_argv[0], new_id)) order by c.ordinal limit 1;
  if later_id is not null and cardinality(batch.existing_rows(tg_argv[0], array[new_id])) = 0 then
    -- Another trigger has changed the new key once more before this one, when the request still had the old key.
    new_id := later_id;
    if new_id = old_id then
      return null;
    end if;
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = new_id and q.enqueued_xid = pg_current_xact_id() and q.job_name is null;
  end if;
  if pg_partition_root(tg_relid) is not null then
    -- The primary key of such a table does not make two rows wait for each other: this entry does. A transaction that inserts this key
    -- waits for this one, and this one waits for one that removes the key. No lock is left on an entry that is another row's.
    insert into batch.queue (kind, request_id) values (tg_argv[0], new_id) on conflict (kind, request_id) do nothing;
    if found then
      delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = new_id;
    end if;
  end if;
  perform batch.refuse_running_key(tg_argv[0], array[new_id]);
  -- First, since it waits for an attempt that is just ending, which is then in the history.
  select * into request from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id for update;
  if request.enqueued_xid = pg_current_xact_id() and (
    select h.attempt > request.attempt and h.status <> 'FAILED' from batch.history h
    where h.kind = tg_argv[0] and h.request_id = old_id order by h.attempt desc limit 1
  ) then
    -- The request ended while another trigger, which fired before this one, inserted the old key again: this entry is the new row's.
    delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id;
    request := null;
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  end if;
  unseen := case when request.kind is null or request.canceled is not null then
    -- What has the old key belongs to a row that was deleted.
    exists (select from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = old_id)
    or request.kind is null and not exists (
      select from batch.history h
      where h.kind = tg_argv[0] and h.request_id = old_id and h.ended_at > (select k.cleared_at from batch.kind k where k.kind = tg_argv[0])
    )
  else false end;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, job_name, pod_name, error, result, progress
  )
  select h.kind, new_id, h.attempt + greatest(0, 1 + previous.attempt - min(h.attempt) over ()), h.session_id, h.created_at, h.started_at,
         h.ended_at, h.status, h.reason, h.job_name, h.pod_name, h.error, h.result, h.progress
  from batch.history h, (select max(n.attempt) as attempt from batch.history n where n.kind = tg_argv[0] and n.request_id = new_id) previous
  where not unseen and h.kind = tg_argv[0] and h.request_id = old_id and not exists (
    -- It had this key before; what precedes in its present key's history belongs to an earlier request with that key. An attempt that ran while
    -- its key was changed is DEAD under the other key, although it may have succeeded.
    select from batch.history known
    join batch.history n on n.started_at = known.started_at and n.session_id is not distinct from known.session_id
      and (n.status = 'SUCCESS' or known.status <> 'SUCCESS')
    where known.kind = tg_argv[0] and known.request_id = old_id and known.attempt >= h.attempt
      and n.kind = tg_argv[0] and n.request_id = new_id
  );

  if unseen then
    perform batch.enqueue_ids(tg_argv[0], array[new_id]);
    unseen_changes := (format('%s %s %s', tg_argv[0], old_id, new_id) || unseen_changes)[1:100];
    perform set_config('postgres_batch.unseen', array_to_string(unseen_changes, ','), true);
  elsif request.kind is not null and request.session_id is null then
    delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id;
    request.request_id := new_id;
    if request.job_name is null then
      -- At its previous position it might lie below the lower bound of the waiting requests.
      request.enqueued_xid := pg_current_xact_id();
    end if;
    insert into batch.queue select request.* on conflict (kind, request_id) do nothing;
    -- Afterwards, since the insert waits for an attempt of an earlier request with the new key that is just ending.
    update batch.queue q set attempt = latest.attempt
    from (select max(h.attempt) as attempt from batch.history h where h.kind = tg_argv[0] and h.request_id = new_id) latest
    where q.kind = tg_argv[0] and q.request_id = new_id and q.attempt < latest.attempt;
    -- It had this key before, and was DEAD under it since; now it is retried.
    update batch.history n
    set status = 'FAILED', error = h.error
    from batch.history h
    where h.kind = tg_argv[0] and h.request_id = old_id and h.status = 'FAILED' and h.attempt = request.attempt
      and n.kind = tg_argv[0] and n.request_id = new_id and n.status = 'DEAD'
      and n.started_at = h.started_at and n.session_id is not distinct from h.session_id;
    update batch.history h
    set status = 'DEAD', error = concat_ws('; not retried: ', h.error, format('its primary key was changed to %s', new_id))
    where h.kind = tg_argv[0] and h.request_id = old_id and h.attempt = request.attempt and h.status = 'FAILED';
  elsif request.kind is not null then
    update batch.queue q set canceled = format('its primary key was changed to %s', new_id)
    where q.kind = tg_argv[0] and q.request_id = old_id;
    -- Otherwise the row would have no request: once attached again, or with yet another key, it would run beside this attempt.
    -- It ends now, and not when this transaction began: the table may have been truncated since (batch.clear_kind).
    insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, error)
    select request.kind, new_id, greatest(request.attempt, 1 + max(h.attempt)), request.session_id, request.created_at, request.started_at,
           clock_timestamp(), 'DEAD', 'canceled', format('a Job was working on it as %s when its primary key was changed', old_id)
    from batch.history h where h.kind = tg_argv[0] and h.request_id = new_id;
  end if;

  delete from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = new_id;
  insert into batch.deleted_request (kind, request_id)
  select tg_argv[0], old_id
  where exists (select from batch.history h where h.kind = tg_argv[0] and h.request_id = old_id)
    or exists (select from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id)
  on conflict (kind, request_id) do update set reinserted = false;
  if unseen then
    -- The poll that the statement above has waited for has enqueued the row under its old key (batch.enqueue_reinserted).
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = old_id and q.job_name is null and q.enqueued_xid <> pg_current_xact_id();
  end if;
  if current_setting('postgres_batch.dequeued', true) is not distinct from 'on'
    and cardinality(batch.existing_rows(tg_argv[0], array[new_id])) = 0 and batch.attachment_problem(tg_argv[0]) is null
  then
    -- Another trigger has deleted the row before this one, when its request still had the old key (batch.dequeue).
    perform batch.dequeue_ids(tg_argv[0], array[new_id], 'its row was deleted');
  end if;
  if pg_partition_root(tg_relid) is not null then
    perform batch.refuse_second_row(tg_relid, tg_argv[0], new_id);
  end if;
  -- Another trigger may have inserted the old key again before this one, when the request still had it.
  if current_setting('postgres_batch.not_enqueued', true) is not distinct from 'on'
    and cardinality(batch.existing_rows(tg_argv[0], array[old_id])) > 0
    and batch.enqueue_ids(tg_argv[0], array[old_id]) = 0
  then
    perform batch.refuse_old_snapshot(tg_argv[0], array[old_id]);
    perform batch.mark_reinserted(tg_argv[0], array[old_id]);
  end if;
  return null;
end
$$;
