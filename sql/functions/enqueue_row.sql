-- batch.enqueue() as a row trigger, where batch.create_triggers() needs one. Partitions inherit it, so that rows inserted directly into one of
-- them also become requests.
--
-- Argument: the kind. Refuses a row whose key exists in another partition: the key identifies the request.
create or replace function batch.enqueue_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  key name;
  id bigint;
  reinserted boolean;
  enqueued bigint;
begin
  if current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    id := new.id;
  else
    key := coalesce(key, batch.require_key(tg_relid, tg_argv[0]));
    execute format('select ($1).%I', key) into id using new;
  end if;
  -- The settings are null in most sessions, where "in" alone would not keep the rows from being read.
  if ('on' in (current_setting('postgres_batch.rekeyed', true), current_setting('postgres_batch.dequeued', true))) is true
    and cardinality(batch.existing_rows(tg_argv[0], array[id])) = 0 and batch.attachment_problem(tg_argv[0]) is null
  then
    -- Another trigger has changed the row's key, or deleted it, before this one (batch.rekey, batch.dequeue).
    return null;
  end if;
  reinserted := exists (select from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = id and d.reinserted);
  enqueued := batch.enqueue_ids(tg_argv[0], array[id]);
  if enqueued = 1 and current_setting('transaction_isolation') like 'read %' then
    -- The insert may have waited for the end of another row's request with this key, or of one whose key was changed to it.
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = id and q.attempt < (
      select h.attempt from batch.history h where h.kind = tg_argv[0] and h.request_id = id order by h.attempt desc limit 1
    );
    enqueued := case when found then 0 else 1 end;
  end if;
  if enqueued = 0 then
    perform batch.refuse_old_snapshot(tg_argv[0], array[id]);
    perform batch.refuse_second_row(tg_relid, tg_argv[0], id);
    -- Again: the other row may have been deleted meanwhile. Its primary key does not make this one wait for that.
    enqueued := batch.enqueue_ids(tg_argv[0], array[id]);
  end if;
  if enqueued = 0 then
    perform batch.mark_reinserted(tg_argv[0], array[id]);
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  elsif reinserted or current_setting('transaction_isolation') = 'repeatable read' then
    -- A row that is yet to be enqueued (batch.mark_reinserted) has no entry with which this one could conflict. The snapshot may show the
    -- request of another row, which has ended since, as unfinished: then this one was enqueued. Not checked at serializable: transactions that
    -- insert would conflict with each other. There a claim rejects it, with the reason.
    perform batch.refuse_second_row(tg_relid, tg_argv[0], id);
  end if;
  return null;
end
$$;
