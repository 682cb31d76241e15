-- What every poll does before it counts: finds what is wrong with the kind, enqueues rows that no trigger saw, makes deferred
-- requests available, cleans up after dead workers, and keeps the scans short.
--
-- p_kind: the kind, paused or not   Returns its problem; null: none. A pause is not one here.
--
-- After a problem is fixed there may be rows that no trigger saw: the whole table is checked, a part at each poll.
create or replace function batch.maintain(p_kind text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  current_problem text := batch.attachment_problem(p_kind);
  had_problem boolean;
  needs record;
  ctids tid[];
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  had_problem := attached.problem is not null and not batch.is_paused(attached.problem);
  -- What reads the table comes before what locks rows of the queue's own tables: a transaction that has locked the table may wait for them.
  if current_problem is null then
    begin
      if attached.problem like 'no row of %' then
        current_problem := batch.reading_problem(p_kind);
      end if;
      if had_problem and current_problem is null and attached.unqueued_above is null then
        if batch.lock_kind(p_kind) then
          update batch.kind k set unqueued_partition = null, unqueued_above = -9223372036854775808 where k.kind = p_kind;
        else
          current_problem := attached.problem;
        end if;
      end if;
      if current_problem is null then
        perform batch.enqueue_missed(p_kind);
        perform batch.enqueue_reinserted(p_kind);
        -- batch.enqueue_missed() may have found that a partition was detached.
        if (select k.sweep_pending from batch.kind k where k.kind = p_kind) then
          perform batch.sweep(p_kind);
        end if;
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others or assert_failure then
        current_problem := format('the rows of %s cannot be read: %s', attached.requests, sqlerrm);
    end;
  end if;
  -- What few polls need, asked in one statement: calling the three functions at every poll would cost more.
  select s.polled_at > clock_timestamp() as clock_set_back,
         s.bounds_reset_at < now() - interval '5 minutes' or greatest(s.waiting_xid, s.claimed_xid) > next.xid as outdated_bounds,
         exists (
           select from batch.queue q
           where q.kind = p_kind and q.job_name is null and q.available_at is null and q.enqueued_xid > next.xid
         ) as ids_ahead
  into needs
  from batch.scaling s, pg_snapshot_xmax(pg_current_snapshot()) as next (xid) where s.kind = p_kind;
  if needs.clock_set_back then
    perform batch.move_times_back(p_kind);
  end if;
  if needs.outdated_bounds then
    perform batch.reset_bounds(p_kind);
  end if;
  if needs.ids_ahead then
    perform batch.refresh_enqueued_xids(p_kind);
  end if;
  -- Here and below: what another transaction has locked, perhaps for long, is left to a later poll.
  select array_agg(due.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind and q.available_at <= now() for update skip locked) due;
  if ctids is not null then
    update batch.queue q set available_at = null, enqueued_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
  perform batch.set_missing_claimed_xids(p_kind);
  perform batch.suspect_dead(p_kind);
  perform batch.reap(p_kind);
  perform batch.refresh_claimed_xids(p_kind);
  perform batch.advance_bounds(p_kind);
  select array_agg(old.row_ctid) into ctids from (
    select j.ctid as row_ctid from batch.job j where j.kind = p_kind and j.updated_at < now() - interval '7 days' for update skip locked
  ) old;
  if ctids is not null then
    delete from batch.job j where j.ctid = any (ctids);
  end if;
  return current_problem;
end
$$;
