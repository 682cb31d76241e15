-- Claims a request for a Job's pod, counts the attempt, takes the session lock that keeps it (or a lease), and reads its row.
-- First the Job's own unfinished request; else the first waiting one.
--
-- p_kind, p_job, p_pod, p_session: who claims
-- p_limits: how many attempts may end in each way: errors, crashes, interruptions, deferrals
-- p_backoff_seconds: the Job controller's base delay   p_lease_seconds: null: the session lock   p_timeout_seconds: null: none
-- p_job_finished: requests the Job has finished, as far as this pod knows
-- p_arriving: true at the first of the claims that a pod repeats until one succeeds: the scaling query counts them
--
-- One row: the attempt. Zero rows: there is nothing to claim, or a previous pod still owns the Job's request; batch.reclaim()
-- reports which.
--
-- A request that cannot be worked on (its row is missing or impossible) is ended with the reason, and the next one is claimed.
-- When the kind's table cannot be read, no attempt is counted: zero rows.
-- A repeated call by the same session returns the same attempt and counts nothing, so it is safe after a lost answer.
-- Indexes: queue_job, queue_waiting. The scan of the waiting ones starts at the lower bound of batch.scaling: below it there
-- are only dead entries, which a long transaction elsewhere keeps from being removed.
create or replace function batch.claim(
  p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[],
  p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision,
  p_job_finished integer, p_arriving boolean
) returns table (
  request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb,
  timeout_seconds double precision
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  attached batch.kind;
  bounds batch.scaling;
  q batch.queue;
  latest batch.history;
  row_text text;
  row_timeout double precision;
  own boolean;
  replaces_dead boolean;
  again boolean;
  problem text;
  unusable integer := 0;
begin
  if array_dims(p_limits) is distinct from '[1:4]' or (0 <= all (p_limits)) is not true then
    raise invalid_parameter_value using message = format(
      'p_limits must be 4 numbers from 0 on (errors, crashes, interruptions, deferrals); got %s', coalesce(p_limits::text, 'null'));
  end if;
  select * into attached from batch.kind k where k.kind = p_kind;
  select * into bounds from batch.scaling s where s.kind = p_kind;
  if attached.attached is not true or bounds.kind is null then
    return;
  end if;
  if p_lease_seconds is null and not batch.lock_session(p_session) then
    return;
  end if;
  if bounds.waiting_xid > pg_snapshot_xmax(pg_current_snapshot()) then
    -- The bounds are from another cluster, from which the database was restored (batch.reset_bounds).
    bounds.waiting_xid := '0';
    bounds.waiting_id := -9223372036854775808;
  end if;
  if attached.intake_after is not null and attached.problem is null then
    perform batch.take_in_missing(p_kind);
  end if;

  loop
    select * into q from batch.queue c where c.kind = p_kind and c.job_name = p_job limit 1 for update;
    own := found;
    again := own and q.session_id is not distinct from p_session;
    if own and not again and q.session_id is not null then
      return;
    end if;
    if not own then
      if p_arriving then
        perform nextval(to_regclass('batch.arrivals_' || p_kind));
        p_arriving := false;
      end if;
      if unusable >= 50 then
        -- There may be many more: the next poll removes them together.
        update batch.kind k set sweep_pending = true where k.kind = p_kind;
        return;
      end if;
      if bounds.running_limit is not null then
        -- One claim at a time: two that count at the same moment would both proceed.
        select * into bounds from batch.scaling s where s.kind = p_kind for no key update;
      end if;
      -- Requests whose worker is suspected count as well: the worker, or its Job, may return.
      if attached.problem is not null or bounds.running_limit is not null and bounds.running_limit <= (
        select count(*) from batch.queue c
        where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= bounds.claimed_xid
      ) then
        return;
      end if;
      select * into q from batch.queue c
      where c.kind = p_kind and c.job_name is null and c.available_at is null
        and (c.enqueued_xid, c.request_id) >= (bounds.waiting_xid, bounds.waiting_id)
      order by c.enqueued_xid, c.request_id limit 1 for update skip locked;
      if not found then
        return;
      end if;
    end if;

    replaces_dead := not own and q.suspected_at is not null;
    latest := null;
    if not again then
      -- The history is the truth about attempts: a row added in another way (a restore, an insert by hand) must neither rerun
      -- finished work nor count an attempt twice.
      select * into latest from batch.history h
      where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1;
      if q.canceled is not null or latest.attempt > q.attempt and latest.status <> 'FAILED' or greatest(q.attempt, latest.attempt) = 2147483647 then
        perform batch.reject(p_kind, array[q.request_id], coalesce('canceled: ' || q.canceled, format(
          'it was queued as waiting with %s attempts, but the history has it as %s after %s: to run it again, select batch.retry(%L, %s)',
          q.attempt, latest.status, latest.attempt, p_kind, q.request_id)));
        unusable := unusable + 1;
        continue;
      end if;
      q.attempt := greatest(q.attempt, latest.attempt, 0) + 1;
    end if;

    problem := null;
    begin
      execute format('select r.request, r.timeout_seconds from batch.%I($1, $2, $3) r', 'row$' || p_kind) into row_text, row_timeout
      using attached.requests, attached.timeout_column, q.request_id;
      if row_text is null and batch.attachment_problem(p_kind) is not null then
        -- The table's rows are hidden, which is no request's fault. The next poll reports why and starts no Job.
        return;
      elsif row_text is null then
        problem := format('%s has no row with this primary key', attached.requests);
      elsif row_timeout is not null and not row_timeout between 0 and 604800 then
        problem := format('its timeout must be 0 to 604800 seconds (at most a week; 0 is none); got %s', row_timeout);
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others then
        problem := format('its row cannot be read: %s', sqlerrm);
        if batch.attachment_problem(p_kind) is not null then
          -- This is no request's fault: the next poll reports why and starts no Job.
          return;
        end if;
    end;
    if problem is not null then
      perform batch.end_unread(p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, problem);
      unusable := unusable + 1;
      continue;
    end if;
    row_timeout := case when row_timeout = 0 then null else coalesce(row_timeout, p_timeout_seconds) end;

    update batch.queue u
    set attempt = q.attempt,
        job_finished = case when own and u.job_finished is not null then u.job_finished else greatest(p_job_finished, (
          select j.finished from batch.job j where j.kind = p_kind and j.job_name = p_job
        )) end,
        started_at = case when again then u.started_at else now() end,
        created_at = coalesce(u.created_at, latest.created_at, now()),
        deadline_at = case when again then u.deadline_at else now() + make_interval(secs => row_timeout) end,
        token = case when again then u.token else gen_random_uuid() end,
        claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
        session_id = p_session, job_name = p_job, pod_name = p_pod,
        backoff_limit = p_limits[1], crash_limit = p_limits[2], interruption_limit = p_limits[3], deferral_limit = p_limits[4],
        backoff_seconds = p_backoff_seconds,
        reserved_until = null, suspected_at = null, stopping_until = null,
        lease_until = now() + make_interval(secs => p_lease_seconds)
    where u.kind = p_kind and u.request_id = q.request_id
    returning u.* into q;

    if replaces_dead then
      -- KEDA still counts the Job of the dead worker.
      update batch.scaling s set absent_jobs = s.absent_jobs + 1, absent_peak = greatest(s.absent_peak, s.absent_jobs + 1)
      where s.kind = p_kind;
    end if;
    -- About one claim in a hundred keeps the scans of the others short.
    if random() < 0.005 then
      perform batch.advance_bounds(p_kind);
    end if;
    return query select q.request_id, q.attempt, q.job_finished, row_text, q.token, q.checkpoint, row_timeout;
    return;
  end loop;
end
$$;
