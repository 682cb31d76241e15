-- Marks running requests whose rows were deleted, or whose table was truncated, and inserted again: when the attempt on the previous row has
-- ended, batch.requeue() enqueues the present one. One request has one owner, and batch.queue one entry for a key.
--
-- A request whose attempt is just ending is waited for, and enqueued here, since its end does not see a row that is not committed yet. Not for
-- longer than 0.5 s, PostgreSQL's deadlock_timeout being 1 s: a program's own transaction that has locked the request (batch.own) may itself
-- wait for the table. Then the insert is refused.
--
-- In a transaction that restores running requests (batch.replace_waiting) their rows come from the same dump.
--
-- p_kind, p_ids: the requests; those that no Job works on stay as they are
-- Index: queue_pkey, by the whole key and the ctid (batch.dequeue_ids)
create or replace function batch.requeue_later(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set lock_timeout = '500ms'
as $$
declare
  ids bigint[];
  attempts integer[];
  ctids tid[];
begin
  if current_setting('postgres_batch.restored', true) is not distinct from 'on' then
    return;
  end if;
  select array_agg(q.request_id), array_agg(q.attempt) into ids, attempts
  from (select i as id from unnest(p_ids) i order by i) wanted, batch.kind k, lateral (
    select c.* from batch.queue c where c.kind = k.kind and c.request_id = wanted.id limit 1
  ) q
  where k.kind = p_kind and q.session_id is not null and (q.canceled is not null or q.started_at < k.cleared_at);
  if ids is null then
    return;
  end if;
  select array_agg(present.row_ctid) into ctids
  from unnest(ids) as running (id), lateral (
    select q.ctid as row_ctid from batch.queue q where q.kind = p_kind and q.request_id = running.id limit 1 for update
  ) present;
  with marked as (
    update batch.queue q set canceled = 'its row was inserted again' where q.ctid = any (ctids) and q.session_id is not null
    returning q.request_id
  )
  insert into batch.deleted_request (kind, request_id) select p_kind, marked.request_id from marked
  on conflict (kind, request_id) do nothing;
  insert into batch.queue (kind, request_id, attempt)
  select p_kind, ended.id, ended.attempt from unnest(ids, attempts) as ended (id, attempt)
  on conflict (kind, request_id) do nothing;
exception when lock_not_available then
  perform batch.refuse_running_key(p_kind, ids);
  raise;
end
$$;
