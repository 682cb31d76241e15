-- Ends a running attempt that did not succeed; the caller has locked the row and checked that it may end the attempt.
--
-- p_kind, p_request: the request
-- p_reason: error; crashed: the work or its worker died; interrupted: the worker was asked to stop   p_error: what happened
-- p_final: no retry can help   p_reserve: the Job's next pod gets the request
--
-- Returns the status recorded: FAILED, or DEAD when the request is not retried: its limits allow no other attempt, the failure is final,
-- or the request was canceled meanwhile.
-- A reserved request waits for its Job's next pod: the Job's back-off and then twice the base, 20 s on Kubernetes and at
-- least 2 s, for that pod to start. If the Job has no next pod, the request is free for any Job at once.
create or replace function batch.end_attempt(
  p_kind text, p_request bigint, p_reason text, p_error text, p_final boolean, p_reserve boolean
) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  q batch.queue;
  earlier_failures integer;
  dead boolean;
  ended_as text;
begin
  select * into strict q from batch.queue row where row.kind = p_kind and row.request_id = p_request for update;
  insert into batch.job as j (kind, job_name, failures, finished)
  values (q.kind, q.job_name, 1, coalesce(q.job_finished, 0))
  on conflict (kind, job_name) do update
    set failures = j.failures + 1, finished = greatest(j.finished, excluded.finished), updated_at = now()
  returning j.failures - 1 into earlier_failures;

  dead := p_final or q.canceled is not null or case p_reason
    when 'error' then q.errors >= coalesce(q.backoff_limit, 0)
    when 'crashed' then q.crashes >= coalesce(q.crash_limit, 0)
    else q.interruptions >= coalesce(q.interruption_limit, 0)
  end;
  ended_as := case when dead then 'DEAD' else 'FAILED' end;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error, progress
  ) values (
    q.kind, q.request_id, q.attempt, q.session_id, coalesce(q.created_at, now()), coalesce(q.started_at, now()), ended_as,
    p_reason, q.job_name, q.pod_name, concat_ws('; not retried: ', p_error, q.canceled), q.progress
  );
  if dead then
    delete from batch.queue done where done.kind = p_kind and done.request_id = p_request;
    return ended_as;
  end if;

  update batch.queue u
  set errors = u.errors + (p_reason = 'error')::integer,
      crashes = u.crashes + (p_reason = 'crashed')::integer,
      interruptions = u.interruptions + (p_reason = 'interrupted')::integer,
      suspected_at = case when p_reason = 'crashed' and not p_reserve then u.suspected_at end
  where u.kind = p_kind and u.request_id = p_request;
  if p_reserve and earlier_failures < q.backoff_limit then
    update batch.queue u
    set session_id = null, token = null, lease_until = null, deadline_at = null, stopping_until = null, progress = null,
        reserved_until = now() + batch.backoff(earlier_failures, q.backoff_limit, q.backoff_seconds)
          + make_interval(secs => greatest(2 * q.backoff_seconds, 2))
    where u.kind = p_kind and u.request_id = p_request;
  else
    perform batch.release(p_kind, p_request);
  end if;
  return ended_as;
end
$$;
