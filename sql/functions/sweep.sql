-- Removes waiting requests that cannot be run, the first 20,000 at once: those that the history has as ended, and those
-- whose row does not exist. A claim would remove them one by one. Those whose row may have been inserted again are left to a claim
-- (batch.accept_reinserted). Claimed and deferred requests without a row end as well if they were started before the table was truncated, by a
-- transaction that did not see them (batch.clear_kind).
--
-- p_kind: the kind
create or replace function batch.sweep(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ids bigint[];
  ctids tid[];
  cleared constant timestamptz := (select k.cleared_at from batch.kind k where k.kind = p_kind);
  claimed bigint[];
  deferred bigint[];
  missing bigint[];
  finished bigint[];
begin
  -- The table before the requests: a transaction that has locked it may wait for them. Reading no rows locks it.
  perform batch.read_keys(p_kind, null, null, 0, null);
  select array_agg(w.request_id), array_agg(w.row_ctid) into ids, ctids from (
    select q.request_id, q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null
    order by q.enqueued_xid, q.request_id limit 20000 for update skip locked
  ) w;
  select array_agg(q.request_id) into finished
  from batch.queue q
  cross join lateral (
    select h.attempt, h.status, h.ended_at from batch.history h
    where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1
  ) latest
  where q.ctid = any (ctids) and latest.attempt > q.attempt and latest.status <> 'FAILED'
    and latest.ended_at > cleared
    and not exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id = q.request_id);
  perform batch.reject(p_kind, finished, 'it was queued as waiting, but the history has it as ended: to run it again, select batch.retry() '
    'if it is DEAD, otherwise delete its row and insert it again');
  claimed := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.canceled is null
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.started_at < cleared
    for update skip locked
  );
  deferred := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.available_at is not null and q.created_at < cleared for update skip locked
  );
  ids := ids || claimed || deferred;
  missing := array(select unnest(ids) except select unnest(finished) except select unnest(batch.read_keys(p_kind, null, null, null, ids)));
  if cardinality(missing) > 0 and batch.attachment_problem(p_kind) is not null then
    -- The rows were hidden while they were read.
    return;
  end if;
  perform batch.dequeue_ids(p_kind, missing, 'its row no longer exists');
  if coalesce(cardinality(finished), 0) + cardinality(missing) = 0 then
    update batch.kind k set sweep_pending = false
    from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
  end if;
end
$$;
