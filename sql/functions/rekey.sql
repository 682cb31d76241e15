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
  if unseen then
    perform batch.enqueue_ids(tg_argv[0], array[new_id]);
    unseen_changes := (format('%s %s %s', tg_argv[0], old_id, new_id) || unseen_changes)[1:100];
    perform set_config('postgres_batch.unseen', array_to_string(unseen_changes, ','), true);
  else
    perform batch.copy_history(tg_argv[0], old_id, new_id);
    if request.kind is not null and request.session_id is null then
      perform batch.rekey_waiting(tg_argv[0], old_id, new_id);
    elsif request.kind is not null then
      perform batch.rekey_running(tg_argv[0], old_id, new_id);
    end if;
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
