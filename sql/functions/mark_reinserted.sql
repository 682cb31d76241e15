-- Marks rows that were inserted although a Job still works on a previous row of their key, which was deleted or truncated: one request has one
-- owner, and batch.queue one entry for a key. Once that attempt has ended, or if it has just ended, a poll enqueues them
-- (batch.enqueue_reinserted). The insert waits for no attempt, and no attempt for the insert.
--
-- Refuses keys whose running requests could not be canceled when the table was truncated: a program's own transaction had locked them
-- (batch.own), or the truncating one did not see them. They might be retried with the new row.
--
-- p_kind, p_ids: the requests that batch.enqueue_ids() has just not enqueued; those that have no row in batch.deleted_request (a row that moves
-- to another partition) stay as they are
-- Indexes: queue_pkey, deleted_request_pkey, by the whole key (batch.dequeue_ids)
create or replace function batch.mark_reinserted(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  uncanceled bigint[];
  deleted bigint[];
  unknown bigint[];  -- they have just ended and been purged, or have ended and keep their row
  id bigint;
begin
  select array_agg(wanted.id order by wanted.id) filter (where d.found and (q.session_id is null or q.canceled is not null)),
         array_agg(wanted.id) filter (
           where q.session_id is not null and q.canceled is null and q.started_at < k.cleared_at and (d.found or k.sweep_pending)
         ),
         array_agg(wanted.id) filter (where q.found is null and d.found is null)
  into deleted, uncanceled, unknown
  from unnest(p_ids) as wanted (id)
  join batch.kind k on k.kind = p_kind
  left join lateral (
    select true as found from batch.deleted_request c where c.kind = p_kind and c.request_id = wanted.id limit 1
  ) d on true
  left join lateral (
    select true as found, c.canceled, c.started_at, c.session_id from batch.queue c where c.kind = p_kind and c.request_id = wanted.id limit 1
  ) q on true;
  if uncanceled is not null then
    perform batch.refuse_running_key(p_kind, uncanceled);
  end if;
  foreach id in array coalesce(deleted, '{}') loop
    -- The mark may have been deleted since, with the attempts that have just ended (batch.purge).
    insert into batch.deleted_request (kind, request_id, reinserted) values (p_kind, id, true)
    on conflict (kind, request_id) do update set reinserted = true;
  end loop;
  if unknown is not null then
    perform batch.enqueue_ids(p_kind, unknown);
  end if;
end
$$;
