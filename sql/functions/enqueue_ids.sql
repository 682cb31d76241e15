-- Enqueues requests by their primary keys, unless they are queued or finished.
--
-- p_kind, p_ids: the requests; none is null   Returns how many were enqueued; null if p_ids is.
--
-- A finished request whose row was deleted is a new request when its key is inserted again.
-- Where a key is queued already, the primary key of batch.queue refuses the second entry at every isolation level. There is
-- no check before: it would make serializable transactions that insert conflict with each other.
-- Indexes: history_pkey, deleted_request_pkey. Where no key from the lowest to the highest has an attempt, as with new keys, all of them cost
-- one lookup in each.
--
-- It sets no search_path, which would cost as much as a lookup: each caller sets one.
create or replace function batch.enqueue_ids(p_kind text, p_ids bigint[]) returns bigint
language plpgsql volatile
as $$
declare
  enqueued bigint;
  lowest bigint;
  highest bigint;
  cleared timestamptz;
  ctids tid[];
begin
  if p_ids is null then
    return null;
  end if;
  select min(wanted.id), max(wanted.id) into lowest, highest from unnest(p_ids) as wanted (id);
  if not exists (select from batch.history h where h.kind = p_kind and h.request_id between lowest and highest)
    and not exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id between lowest and highest)
  then
    -- For many rows "on conflict" nearly doubles the cost of the insert.
    if cardinality(p_ids) >= 1000 then
      begin
        insert into batch.queue (kind, request_id) select p_kind, wanted.id from unnest(p_ids) as wanted (id);
        return cardinality(p_ids);
      exception when unique_violation then
        -- Some are queued.
      end;
    end if;
    insert into batch.queue (kind, request_id) select p_kind, wanted.id from unnest(p_ids) as wanted (id)
    on conflict (kind, request_id) do nothing;
    get diagnostics enqueued = row_count;
    return enqueued;
  end if;

  select k.cleared_at into cleared from batch.kind k where k.kind = p_kind;
  insert into batch.queue (kind, request_id, attempt)
  select p_kind, wanted.id, greatest(0, latest.attempt, running.attempt)
  from unnest(p_ids) as wanted (id)
  left join lateral (
    select h.attempt, h.status <> 'FAILED' and (h.ended_at > cleared) is not false and not exists (
      select from batch.deleted_request d where d.kind = p_kind and d.request_id = wanted.id
    ) as finished
    from batch.history h where h.kind = p_kind and h.request_id = wanted.id order by h.attempt desc limit 1
  ) latest on true
  left join lateral (
    -- A Job still works on a deleted row of this key. If a transaction is just ending that attempt, the insert waits for it, and the new
    -- request's attempts are numbered after it.
    select busy.attempt from batch.deleted_request d, lateral (
      select q.attempt from batch.queue q where q.kind = d.kind and q.request_id = d.request_id limit 1
    ) busy
    where d.kind = p_kind and d.request_id = wanted.id
  ) running on true
  where latest.finished is not true
  on conflict (kind, request_id) do nothing;
  get diagnostics enqueued = row_count;
  -- Not where a Job still works on the deleted row (batch.mark_reinserted), or has just ended. Two statements, as in batch.dequeue_ids().
  select array_agg(deleted.row_ctid) into ctids
  from unnest(p_ids) as wanted (id), lateral (
    select c.ctid as row_ctid from batch.deleted_request c where c.kind = p_kind and c.request_id = wanted.id limit 1 for update
  ) deleted
  where (select true from batch.queue q where q.kind = p_kind and q.request_id = wanted.id and q.session_id is null limit 1);
  delete from batch.deleted_request d where d.ctid = any (ctids);
  return enqueued;
end
$$;
