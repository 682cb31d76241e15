-- Enqueues requests by their primary keys, unless they are queued or finished.
--
-- p_kind, p_ids: the requests   Returns how many were enqueued.
--
-- A finished request whose row was deleted is a new one when it comes again, but not when it comes in the transaction that
-- deleted it: an update that moves a row to another partition deletes and inserts it.
-- Where a key is queued already, the primary key of batch.queue refuses the second entry at every isolation level.
create or replace function batch.enqueue_ids(p_kind text, p_ids bigint[]) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  enqueued bigint;
  fresh bigint;
  busy bigint;
  cleared timestamptz;
begin
  select k.cleared_at into cleared from batch.kind k where k.kind = p_kind;
  with inserted as (
    insert into batch.queue (kind, request_id, attempt)
    select p_kind, wanted.id, coalesce(latest.attempt, 0)
    from unnest(p_ids) as wanted (id)
    left join lateral (
      select h.attempt, h.status <> 'FAILED' and h.ended_at > cleared and not exists (
        select from batch.deleted_request d
        where d.kind = p_kind and d.request_id = wanted.id and d.deleted_xid <> pg_current_xact_id()
      ) as finished
      from batch.history h where h.kind = p_kind and h.request_id = wanted.id order by h.attempt desc limit 1
    ) latest on true
    where wanted.id is not null and latest.finished is not true
    on conflict (kind, request_id) do nothing
    returning attempt
  )
  select count(*), count(*) filter (where inserted.attempt = 0) into enqueued, fresh from inserted;
  if fresh = cardinality(p_ids) then
    return enqueued;
  end if;

  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = any (p_ids);
  update batch.queue q set canceled = null, canceled_xid = null
  where q.kind = p_kind and q.request_id = any (p_ids) and q.canceled_xid = pg_current_xact_id();
  select min(q.request_id) into busy from batch.queue q
  where q.kind = p_kind and q.request_id = any (p_ids) and q.canceled_xid is not null;
  if busy is not null then
    raise exception '% % must not be inserted again before its running attempt has ended (one request, one owner); got it while a Job has it',
      p_kind, busy;
  end if;
  return enqueued;
end
$$;
