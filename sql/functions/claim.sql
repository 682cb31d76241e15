-- Claims a request for a Job's pod, counts the attempt, takes the session lock that keeps it (or a lease), and reads its row.
-- First the Job's own unfinished request; else the first waiting one.
--
-- p_kind, p_job, p_pod, p_session: who claims
-- p_backoff_limit, p_crash_limit, p_interruption_limit, p_deferral_limit: attempts that may end so   p_backoff_seconds: the
--   Job controller's base delay   p_lease_seconds: null: the session lock   p_timeout_seconds: null: none
-- p_job_finished: requests the Job has finished, as far as this pod knows
-- p_arriving: true at a pod's first claim
--
-- One row: the attempt. Zero rows: nothing to claim, or the Job's own request is still a previous pod's; batch.reclaim() says
-- which.
--
-- Called again by the same session it returns the same attempt and counts nothing, so it may be repeated when an answer was lost.
-- Indexes: queue_job, queue_waiting. The scan of the waiting ones starts at the lower bound of batch.scaling: below it there
-- are only dead entries, which a long transaction elsewhere keeps from being removed.
create or replace function batch.claim(
  p_kind text, p_job text, p_pod text, p_session integer,
  p_backoff_limit integer, p_crash_limit integer, p_interruption_limit integer, p_deferral_limit integer,
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
  place record;
  q batch.queue;
  latest record;
  row_text text;
  row_timeout double precision;
  own boolean;
  unreadable text;
begin
  select k.requests, k.key_column, k.timeout_column, k.problem, s.waiting_xid, s.waiting_id, s.claimed_xid, s.running_limit into place
  from batch.kind k join batch.scaling s on s.kind = k.kind
  where k.kind = p_kind and k.attached;
  if not found or p_lease_seconds is null and not batch.lock_session(p_session) then
    return;
  end if;

  loop
    select * into q from batch.queue c where c.kind = p_kind and c.job_name = p_job limit 1 for update;
    own := found;
    if own then
      if q.session_id <> p_session then
        return;
      end if;
      select h.attempt, h.status, h.created_at into latest from batch.history h
      where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1;
    else
      if p_arriving then
        perform nextval(('batch.arrivals_' || p_kind)::regclass);
        p_arriving := false;
      end if;
      if place.problem is not null then
        return;
      end if;
      if place.running_limit is not null and place.running_limit <= (
        select count(*) from batch.queue c
        where c.kind = p_kind and c.job_name is not null and c.attempt > 0 and c.claimed_xid >= place.claimed_xid
          and c.suspected_at is null
      ) then
        return;
      end if;
      select c.* into q from batch.queue c
      where c.kind = p_kind and c.job_name is null and c.available_at is null
        and (c.enqueued_xid, c.request_id) >= (place.waiting_xid, place.waiting_id)
      order by c.enqueued_xid, c.request_id limit 1 for update skip locked;
      if not found then
        return;
      end if;
      select h.attempt, h.status, h.created_at into latest from batch.history h
      where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1;
    end if;

    -- The history is the truth about attempts: a row that came back in another way (a restore, an insert by hand) must
    -- neither run finished work again nor count an attempt twice.
    if latest.attempt > q.attempt and q.session_id is null then
      if latest.status <> 'FAILED' then
        perform batch.reject(p_kind, q.request_id, format(
          'the queue had it waiting with %s attempts, the history has it %s after %s: select batch.retry(%L, %s) runs a request again',
          q.attempt, latest.status, latest.attempt, p_kind, q.request_id));
        continue;
      end if;
      q.attempt := latest.attempt;
    end if;

    begin
      select r.request, r.timeout_seconds into row_text, row_timeout
      from batch.read_request(place.requests, place.key_column, q.request_id, place.timeout_column) r;
    exception
      when undefined_column then
        if place.key_column is not distinct from batch.key_column(place.requests) then
          return;
        end if;
        -- It was renamed since the last poll.
        place.key_column := batch.key_column(place.requests);
        continue;
      when undefined_table or insufficient_privilege or null_value_not_allowed then
        -- The attachment is broken, which no request is to blame for: the next poll says why, and starts no Job.
        return;
      when others then
        row_text := null;
        unreadable := format('its row could not be read: %s', sqlerrm);
    end;

    update batch.queue u
    set attempt = q.attempt + case when q.session_id = p_session then 0 else 1 end,
        job_finished = case when own then u.job_finished else greatest(p_job_finished, (
          select j.finished from batch.job j where j.kind = p_kind and j.job_name = p_job
        )) end,
        started_at = case when q.session_id = p_session then u.started_at else now() end,
        created_at = coalesce(u.created_at, latest.created_at, now()),
        deadline_at = case when q.session_id = p_session then u.deadline_at
                      else now() + make_interval(secs => coalesce(row_timeout, p_timeout_seconds)) end,
        token = case when q.session_id = p_session then u.token else gen_random_uuid() end,
        claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
        session_id = p_session, job_name = p_job, pod_name = p_pod,
        backoff_limit = p_backoff_limit, crash_limit = p_crash_limit, interruption_limit = p_interruption_limit,
        deferral_limit = p_deferral_limit, backoff_seconds = p_backoff_seconds,
        reserved_until = null, suspected_at = null, stopping_until = null,
        lease_until = now() + make_interval(secs => p_lease_seconds)
    where u.kind = p_kind and u.request_id = q.request_id
    returning u.* into q;

    if row_text is null then
      -- No pod's work is needed to find that there is nothing to work on.
      perform batch.end_attempt(p_kind, q.request_id, 'error',
        coalesce(unreadable, format('%s holds no row with this primary key', place.requests)), true, false);
      continue;
    end if;
    -- One claim in some hundred keeps the scans of the others short.
    if random() < 0.005 then
      perform batch.advance_bounds(p_kind);
    end if;
    return query select q.request_id, q.attempt, q.job_finished, row_text, q.token, q.checkpoint,
      coalesce(row_timeout, p_timeout_seconds);
    return;
  end loop;
end
$$;
