-- When the server's clock was set back, as after a failover to a machine whose clock is behind, the times that were stored before lie
-- too far ahead: a reservation, a deferral, a lease or a timeout would last longer by the difference. Moves them back.
--
-- p_kind: the kind
--
-- The clock was set back if the last poll is in the future, by at least that difference; how much time has passed since that poll is not
-- known. Which times were stored before it was set back:
-- - what has already happened, if its time is in the future;
-- - what is still to end, if it ends after that poll: anything that was due by then has been dealt with (a timeout 30 s and a poll later, batch.reap).
--   A timeout, a deferral or a grace period of an attempt that has started lately stays, since it may have been stored afterwards, unless
--   the attempt has ended in the future. A reservation or a lease may be moved wrongly: another Job may then claim the request a little
--   earlier, and the worker renews its lease.
-- All other times stay: a clock may have been thousands of years ahead, and PostgreSQL knows no time that is earlier by as much. So do those
-- of a request that another transaction has locked at this moment.
create or replace function batch.move_times_back(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  present constant timestamptz := clock_timestamp();
  polled timestamptz;
  overdue timestamptz;
  ahead interval;
  lately tstzrange;
  ctids tid[];
begin
  select s.polled_at, s.polled_at - coalesce(s.poll_gap, '0') - interval '30 seconds',
         tstzrange(present - greatest(2 * s.poll_gap, interval '1 minute'), present, '[]')
  into polled, overdue, lately
  from batch.scaling s
  where s.kind = p_kind and s.polled_at > present + interval '1 second' for no key update skip locked;
  if not found then
    return;
  end if;
  ahead := polled - present;
  select array_agg(claimed.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and (q.job_name is not null or q.available_at is not null) for update skip locked
  ) claimed;
  update batch.queue q
  set created_at = case when q.created_at > present then q.created_at - ahead else q.created_at end,
      -- The difference between deadline_at and started_at is the timeout, which batch.reap() reports: both move.
      started_at = case when q.started_at > present or stored.limited then q.started_at - ahead else q.started_at end,
      deadline_at = case when stored.limited then q.deadline_at - ahead else q.deadline_at end,
      suspected_at = case when q.suspected_at > present then q.suspected_at - ahead else q.suspected_at end,
      reserved_until = case when q.reserved_until >= polled then q.reserved_until - ahead else q.reserved_until end,
      -- The lease of a suspect had ended.
      lease_until = case when q.lease_until >= polled then q.lease_until - ahead
        when q.suspected_at is not null then least(q.lease_until, present) else q.lease_until end,
      stopping_until = case when q.stopping_until >= polled and not stored.recent then q.stopping_until - ahead else q.stopping_until end,
      available_at = case when q.available_at >= polled and (not stored.recent or stored.ended_ahead) then q.available_at - ahead
        else q.available_at end
  from (
    select c.ctid as row_ctid, attempt.recent, c.deadline_at >= overdue and not attempt.recent as limited,
           exists (
             select from batch.history h
             where h.kind = p_kind and h.request_id = c.request_id and h.attempt = c.attempt and h.ended_at > present
           ) as ended_ahead
    from batch.queue c, lateral (select coalesce(lately @> c.started_at, false)) as attempt (recent)
    where c.ctid = any (ctids)
  ) stored
  where q.ctid = stored.row_ctid;
  update batch.scaling s
  set polled_at = present,
      expected_since = array(
        select case when e.since > polled - interval '1 day' then e.since - ahead else e.since end
        from unnest(s.expected_since) with ordinality e (since, ordinal) order by e.ordinal),
      limited_until = case when s.limited_until >= polled then s.limited_until - ahead else s.limited_until end,
      bounds_reset_at = least(s.bounds_reset_at, present - interval '5 minutes')
  where s.kind = p_kind;
end
$$;
