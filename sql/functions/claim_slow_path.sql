-- Claims as batch.claim(), whose parameters and result it has, also where the kind, the Job, the session or the request is not ordinary.
--
-- p_unread, p_unread_since: the request that batch.claim() has tried to read in this statement, and since when; null: none. A row that is
-- slow to read and cannot be read would otherwise use up the statement's time, and no claim of the kind would succeed.
--
-- Indexes: as batch.claim().
create or replace function batch.claim_slow_path(
  p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[],
  p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision,
  p_job_finished integer, p_arriving boolean, p_next boolean, p_unread bigint, p_unread_since timestamptz
) returns table (
  request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb, timeout_seconds double precision
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  kind_row record;
  q record;
  found_row record;
  reading_since timestamptz;
  last batch.history;
  own boolean := false;            -- this Job has the request already
  repeated boolean := false;       -- this session has claimed it, and the answer was lost
  rejection text;                  -- why the request is not attempted
  some_readable boolean := false;  -- a row that cannot be read is not the kind's fault: others can
  kind_problem text;
  in_time boolean := true;         -- there is time for another request
  unusable integer := 0;           -- how many requests this call has rejected or ended
begin
  if array_dims(p_limits) is distinct from '[1:4]' or (0 <= all (p_limits)) is not true then
    raise invalid_parameter_value using message = format(
      'p_limits must be 4 numbers of 0 or more (errors, crashes, interruptions, deferrals); got %s', coalesce(p_limits::text, 'null'));
  end if;
  select k.unqueued_above, k.problem, s.running_limit, s.waiting_xid, s.waiting_id into kind_row
  from batch.kind k join batch.scaling s on s.kind = k.kind
  where k.kind = p_kind and k.attached;
  if not found then
    return;
  end if;
  if p_lease_seconds is null and not batch.lock_session(p_session) then
    return;
  end if;
  if kind_row.waiting_xid > pg_snapshot_xmax(pg_current_snapshot()) then
    -- The bounds are from another cluster, from which the database was restored (batch.reset_bounds).
    kind_row.waiting_xid := '0';
    kind_row.waiting_id := -9223372036854775808;
  end if;
  if kind_row.unqueued_above is not null and kind_row.problem is null and not p_next then
    begin
      perform batch.enqueue_missed(p_kind);
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others or assert_failure then
        -- The next poll reports why.
    end;
  end if;

  loop
    if not p_next then
      select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, c.job_finished, c.suspected_at, c.canceled into q
      from batch.queue c where c.kind = p_kind and c.job_name = p_job limit 1;
      own := found;
      if own then
        -- It may be locked for long: by the program of a previous attempt (batch.own), or by a transaction that cancels it.
        select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, c.job_finished, c.suspected_at, c.canceled into q
        from batch.queue c where c.ctid = q.row_ctid and c.kind = p_kind and c.job_name = p_job for update skip locked;
        if not found then
          return;
        end if;
      end if;
      repeated := own and q.session_id is not distinct from p_session;
      if own and not repeated and q.session_id is not null then
        return;
      end if;
    end if;
    if not own then
      if p_arriving then
        perform nextval(to_regclass('batch.arrivals_' || p_kind));
        p_arriving := false;
      end if;
      if unusable >= 50 then
        -- There may be many more: the next poll removes them together.
        update batch.kind k set sweep_pending = true
        from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
        return;
      end if;
      if kind_row.problem is not null then
        return;
      end if;
      if kind_row.running_limit is not null and batch.limit_reached(p_kind) then
        return;
      end if;
      select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, null::integer as job_finished, c.suspected_at, c.canceled into q
      from batch.queue c
      where c.kind = p_kind and c.job_name is null and c.available_at is null
        and (c.enqueued_xid, c.request_id) >= (kind_row.waiting_xid, kind_row.waiting_id)
      order by c.enqueued_xid, c.request_id limit 1 for update skip locked;
      if not found then
        return;
      end if;
    end if;

    if repeated and q.canceled is not null then
      -- The row may be another one by now, which a poll will enqueue (batch.mark_reinserted).
      perform batch.end_before_work(p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, 'canceled', q.canceled, false);
      continue;
    end if;
    if not repeated then
      -- The history is the truth: a row that was restored, or inserted by hand, must neither rerun work nor count an attempt twice.
      select h.attempt, h.status, h.created_at into last.attempt, last.status, last.created_at from batch.history h
      where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1;
      rejection := case
        when q.canceled is not null then 'canceled: ' || q.canceled
        when greatest(q.attempt, last.attempt) = 2147483647 then 'its attempts must be below 2147483647 (they are numbered); got 2147483647'
        when last.attempt > q.attempt and last.status <> 'FAILED' and not batch.accept_reinserted(p_kind, q.request_id) then format(
          'it was queued as waiting with %s attempts, but the history has it as %s after %s: to run it again, %s', q.attempt, last.status, last.attempt,
          case last.status when 'DEAD' then format('select batch.retry(%L, %s)', p_kind, q.request_id) else 'delete its row and insert it again' end)
      end;
      if rejection is not null then
        perform batch.reject(p_kind, array[q.request_id], rejection);
        unusable := unusable + 1;
        continue;
      end if;
      q.attempt := greatest(q.attempt, last.attempt, 0) + 1;
    end if;

    reading_since := case when q.request_id = p_unread then p_unread_since else clock_timestamp() end;
    found_row := batch.read_request(p_kind, q.request_id);
    if found_row.canceled is not null then
      if batch.has_timed_out(reading_since) then
        perform batch.end_failed_read(p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, p_limits, p_backoff_seconds);
      elsif unusable = 0 then
        raise query_canceled using message = found_row.canceled;
      end if;
      -- There is no time left for another request.
      return;
    end if;
    if found_row.kind_problem then
      return;
    end if;
    if found_row.unreadable is not null and not some_readable then
      begin
        kind_problem := batch.reading_problem(p_kind);
        some_readable := kind_problem is null;
      exception when query_canceled or lock_not_available then
        in_time := false;  -- to find out, or for another request
      end;
      if kind_problem is not null then
        update batch.kind k set problem = kind_problem, problem_since = now() where k.kind = p_kind and k.kind in (
          select s.kind from batch.kind s where s.kind = p_kind and s.problem is null for no key update skip locked);
        return;
      end if;
    end if;
    if found_row.problem is not null then
      if found_row.unreadable ~ '^(53|58|XX)' then
        perform batch.end_failed_read(
          p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, p_limits, p_backoff_seconds, found_row.problem);
      else
        perform batch.end_before_work(
          p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, 'error', found_row.problem, found_row.missing);
      end if;
      unusable := unusable + 1;
      continue when in_time;
      return;
    end if;
    timeout_seconds := case when found_row.timeout_seconds = 0 then null else coalesce(found_row.timeout_seconds, p_timeout_seconds) end;
    if p_next then
      q.job_finished := p_job_finished;
    elsif q.job_finished is null then
      select j.finished into q.job_finished from batch.job j where j.kind = p_kind and j.job_name = p_job;
      q.job_finished := greatest(p_job_finished, q.job_finished);
    end if;

    update batch.queue u
    set attempt = q.attempt,
        job_finished = q.job_finished,
        started_at = case when repeated then u.started_at else now() end,
        created_at = coalesce(u.created_at, last.created_at, now()),
        deadline_at = now() + make_interval(secs => claim_slow_path.timeout_seconds), -- also when repeated: the work begins with the answer
        token = case when repeated then u.token else gen_random_uuid() end,
        claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
        session_id = p_session, job_name = p_job, pod_name = p_pod,
        backoff_limit = p_limits[1], crash_limit = p_limits[2], interruption_limit = p_limits[3], deferral_limit = p_limits[4],
        backoff_seconds = p_backoff_seconds,
        reserved_until = null, suspected_at = null, stopping_until = null,
        lease_until = now() + make_interval(secs => p_lease_seconds)
    where u.ctid = q.row_ctid -- which the lock keeps: an index would be searched again
    returning u.request_id, u.attempt, u.job_finished, u.token, u.checkpoint
    into strict request_id, attempt, job_finished, token, checkpoint;

    if not own and q.suspected_at is not null then
      -- KEDA still counts the Job of the dead worker.
      update batch.scaling s set absent_jobs = s.absent_jobs + 1, absent_peak = greatest(s.absent_peak, s.absent_jobs + 1)
      where s.kind = p_kind;
    end if;
    -- About one claim in two hundred keeps the scans of the others short.
    if random() < 0.005 then
      perform batch.advance_bounds(p_kind);
    end if;
    request := found_row.request;
    return next;
    return;
  end loop;
end
$$;
