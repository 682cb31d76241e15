-- Claims a request for a Job's pod, counts the attempt, takes the session lock that keeps it (or a lease), and reads its row.
-- First the Job's own unfinished request; else the first waiting one.
--
-- p_kind, p_job, p_pod, p_session: who claims
-- p_limits: how many attempts may end in each way: errors, crashes, interruptions, deferrals
-- p_backoff_seconds: the Job controller's base delay   p_lease_seconds: null: the session lock   p_timeout_seconds: null: none
-- p_job_finished: requests the Job has finished, as far as this pod knows
-- p_arriving: true at the first of the claims that a pod without a request repeats until one succeeds: the scaling query counts them
-- p_next: true when batch.succeed_and_claim() has just ended the Job's request, of which a Job has no more than one: only waiting
-- requests are considered, and rows that no trigger saw are left to the next claim or poll, since enqueuing many takes seconds
--
-- One row: the attempt. Zero rows: nothing to claim, or a previous pod still owns the Job's request; batch.reclaim() reports which.
--
-- A repeated call by the same session returns the same attempt and counts nothing, so it is safe after a lost answer.
-- A request that cannot be worked on (its row is missing or impossible) is ended with the reason, and the next one is claimed. If a row
-- cannot be read in time (zero rows), or since the server's disk fails or it lacks the memory, that attempt fails. If none can be read: zero
-- rows, no attempt.
--
-- This is the fast path, for an ordinary waiting request. Otherwise batch.claim_slow_path() claims, and this function has only taken locks
-- and counted the arrival. Few statements with all conditions in them: on a busy server the processors' caches hold
-- another session's data, so that each statement, expression and function takes several times as long as on an idle one.
-- Indexes: queue_job, queue_waiting. The scan of the waiting ones starts at the lower bound of batch.scaling: below it there
-- are only dead entries, which a long transaction elsewhere keeps from being removed.
create or replace function batch.claim(
  p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[],
  p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision,
  p_job_finished integer, p_arriving boolean, p_next boolean default false
) returns table (
  request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb, timeout_seconds double precision
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  kind_row record;   -- null unless the kind, the Job, the limits and the settings of the session and the database are ordinary
  waiting record;    -- the first waiting request
  found_row record;  -- its row
  unread bigint;     -- the first waiting request, if it is left to the slow path
  unread_since timestamptz;
  detail text;       -- of an error
begin
  -- age_zero: the transaction ID whose age() is 0, from which that of an xmax is computed.
  -- oldest_age: the age() of the oldest running transaction.
  select kind.requests, kind.timeout_column, s.waiting_xid, s.waiting_id, pg_current_snapshot() as snapshot,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint + age(pg_snapshot_xmax(pg_current_snapshot())::xid) as age_zero,
    age(pg_snapshot_xmin(pg_current_snapshot())::xid) as oldest_age,
    case
      when p_next then p_job_finished
      else greatest(p_job_finished, (select j.finished from batch.job j where j.kind = p_kind and j.job_name = p_job))
    end as job_finished,
    case
      when p_lease_seconds is null and not batch.lock_session(p_session) then false
      when p_arriving then nextval(to_regclass('batch.arrivals_' || p_kind)) is not null
      else true
    end as may_claim
  into kind_row
  from batch.kind kind join batch.scaling s on s.kind = kind.kind
  where kind.kind = p_kind and kind.attached and kind.problem is null and (p_next or kind.unqueued_above is null)
    and s.running_limit is null and s.waiting_xid <= pg_snapshot_xmax(pg_current_snapshot())
    and array_dims(p_limits) = '[1:4]' and 0 <= all (p_limits)
    and batch.has_worker_settings() and getdatabaseencoding() = 'UTF8'
    and (p_next or not exists (select from batch.queue c where c.kind = p_kind and c.job_name = p_job));
  if kind_row.may_claim then
    -- A request is passed over if a running transaction has locked it (its xmax): with 100 sessions, trying to lock what others have would
    -- take a third of a claim. After a shared lock, xmax is the ID of a multixact, which PostgreSQL counts separately. So xmax only
    -- matters if a running transaction can have that ID: up to 100,000 above the snapshot, which is a moment older than the lock.
    -- Where only requests that are passed over wait, the slow path tries to lock them.
    -- The outer select is evaluated once, the inner one for each request that is passed over.
    select c.row_ctid, c.request_id, c.attempt, clock_timestamp() as locked_at,
      c.attempt between 0 and 2147483646 and (c.attempt = 0 or c.created_at is not null) and c.canceled is null and c.suspected_at is null
      and not exists (
        select from batch.history h where h.kind = p_kind and h.request_id = c.request_id and h.attempt > c.attempt
      ) as ordinary
    into waiting
    from (
      select q.ctid as row_ctid, q.request_id, q.attempt, q.created_at, q.canceled, q.suspected_at
      from batch.queue q
      where q.kind = p_kind and q.job_name is null and q.available_at is null
        and (q.enqueued_xid, q.request_id) >= (kind_row.waiting_xid, kind_row.waiting_id)
        and (q.xmax = '0' or age(q.xmax) not between -100000 and kind_row.oldest_age
          or pg_visible_in_snapshot((kind_row.age_zero - age(q.xmax))::text::xid8, kind_row.snapshot))
      order by q.enqueued_xid, q.request_id limit 1 for update skip locked
    ) c;
    if waiting.ordinary then
      begin
        found_row := batch.call_reader(p_kind, kind_row.requests, kind_row.timeout_column, waiting.request_id);
        if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) 'pg_catalog, pg_temp' then
          perform batch.refuse_search_path(kind_row.requests);
        end if;
        waiting.ordinary := octet_length(found_row.request) <= 67108864 and (found_row.timeout_seconds between 0 and 604800) is not false;
      exception
        when query_canceled then
          if not batch.has_timed_out(waiting.locked_at) then
            raise;
          end if;
          perform batch.end_failed_read(
            p_kind, waiting.request_id, waiting.attempt + 1, p_session, p_job, p_pod, p_limits, p_backoff_seconds);
          return;
        when others or assert_failure then
          get stacked diagnostics detail = pg_exception_detail;
          if batch.is_transient(sqlstate, detail) then
            raise;
          end if;
          waiting.ordinary := false;
      end;
    end if;
    if waiting.ordinary then
      timeout_seconds := case when found_row.timeout_seconds = 0 then null else coalesce(found_row.timeout_seconds, p_timeout_seconds) end;
      update batch.queue u
      set attempt = u.attempt + 1, job_finished = kind_row.job_finished,
          started_at = now(), created_at = coalesce(u.created_at, now()),
          deadline_at = now() + make_interval(secs => claim.timeout_seconds),
          token = gen_random_uuid(), claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
          session_id = p_session, job_name = p_job, pod_name = p_pod,
          backoff_limit = p_limits[1], crash_limit = p_limits[2], interruption_limit = p_limits[3], deferral_limit = p_limits[4],
          backoff_seconds = p_backoff_seconds,
          reserved_until = null, stopping_until = null,
          lease_until = now() + make_interval(secs => p_lease_seconds)
      where u.ctid = waiting.row_ctid -- which the lock keeps: an index would be searched again
      returning u.request_id, u.attempt, u.job_finished, found_row.request, u.token, u.checkpoint
      into strict request_id, attempt, job_finished, request, token, checkpoint;
      -- About one claim in two hundred keeps the scans of the others short.
      if random() < 0.005 then
        perform batch.advance_bounds(p_kind);
      end if;
      return next;
      return;
    end if;
    unread := waiting.request_id;
    unread_since := waiting.locked_at;
  end if;
  return query select c.* from batch.claim_slow_path(
    p_kind, p_job, p_pod, p_session, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished,
    p_arriving => p_arriving and kind_row.may_claim is not true, p_next => p_next, p_unread => unread, p_unread_since => unread_since
  ) c;
end
$$;
