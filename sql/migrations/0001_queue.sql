-- The queue: which requests of which kind are unfinished, who works on them, and what became of every attempt.
-- It knows no table of requests by name: batch.attach() makes any table one.

create schema batch;

comment on schema batch is 'postgres-batch: requests claimed, run and recorded, one attempt at a time';

create table batch.kind (
  kind        text collate "C" primary key,
  requests    regclass not null,
  primary_key name not null,
  -- A kind is also a file name (the handler) and a label value on Kubernetes: DNS-label characters, and "_" as in a table's name.
  constraint kind_is_a_short_lower_case_word check (kind ~ '^[a-z][a-z0-9_]{0,39}$')
);

comment on table batch.kind is 'The attached tables: one line for each kind of request';

-- Unfinished requests only: what claiming and scaling read stays as small as the backlog, however long the history.
-- No foreign key to batch.kind: it would cost a look-up for every row of a 100,000 row insert, and only the trigger of
-- batch.attach() inserts here.
create table batch.queue (
  request_id         bigint not null,
  kind               text collate "C" not null,
  iteration          integer not null default 0,  -- attempts so far, counted at the claim: a process that dies silently has used one
  -- The three budgets: attempts that ended so.
  errors             integer not null default 0,  -- the work threw
  crashes            integer not null default 0,  -- the worker died without a word
  interruptions      integer not null default 0,  -- the worker was asked to stop
  -- The rest is null until the first claim.
  session_id         integer,                     -- the running worker's session; null: not running
  backoff_limit      integer,                     -- errors after which a further one gives the request up; the Job's own limit too
  crash_limit        integer,                     -- the same for crashes
  interruption_limit integer,                     -- the same for interruptions
  job_failures       integer,                     -- pods of this Job that failed: the Job controller's exponent
  job_finished       integer,                     -- requests this Job had finished before this one
  backoff_seconds    double precision,            -- the Job controller's base delay
  created_at         timestamptz,                 -- the first attempt's start
  started_at         timestamptz,                 -- the latest attempt's start
  doubted_at         timestamptz,                 -- when the session was first seen gone; kept until the next claim
  held_until         timestamptz,                 -- until then only the same Job may claim it; null while running
  lease_until        timestamptz,                 -- until then the session counts as alive; null: as long as it holds its lock
  job_name           text collate "C",            -- the Job it belongs to; null: anyone's
  pod_name           text
) with (
  -- Every request leaves a dead entry at the head of queue_waiting, where every claim starts to look. How soon a
  -- vacuum comes is the server's autovacuum_naptime (worker/src/serverSettings.ts).
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000
);

-- No primary key: a claim would have to write its entry anew, which cost a tenth of the claims a second. A request is
-- in one of two indexes: whose it is decides.
create unique index queue_waiting on batch.queue (kind, request_id) where job_name is null;
create index queue_job on batch.queue (kind, job_name) where job_name is not null;

comment on table batch.queue is 'Unfinished requests: waiting, running, or held for their Job''s next pod';

-- Ended attempts, append-only: nothing here is ever updated, so it never bloats. No checks, here nor on the queue:
-- PostgreSQL reads each anew for every row it writes, which cost a tenth of claim and finish together, and only the
-- statements and functions of this project write here.
create table batch.history (
  request_id bigint not null,
  kind       text collate "C" not null,
  iteration  integer not null,
  session_id integer not null,
  created_at timestamptz not null,  -- the request's first attempt's start
  started_at timestamptz not null,
  ended_at   timestamptz not null default now(),
  status     text not null,  -- SUCCESS, FAILED, or DEAD where the request was given up
  reason     text,           -- error, crashed or interrupted; null: SUCCESS
  job_name   text not null,
  pod_name   text not null,
  error      text,
  primary key (kind, request_id, iteration)
);

comment on table batch.history is 'Every ended attempt; batch.attempt shows the running ones too';

create view batch.attempt as
select kind, request_id, iteration, status, reason, error, job_name, pod_name, session_id, created_at, started_at, ended_at
from batch.history
union all
select kind, request_id, iteration, 'RUNNING', null, null, job_name, pod_name, session_id, created_at, started_at, null
from batch.queue
where session_id is not null;

comment on view batch.attempt is 'Every attempt ever started: RUNNING, SUCCESS, FAILED, or DEAD where it was the last one granted';

create view batch.request as
select distinct on (kind, request_id)
  kind, request_id, status, iteration, session_id, job_name, pod_name, created_at,
  max(ended_at) over (partition by kind, request_id) as ended_at
from batch.attempt
order by kind, request_id, iteration desc;

comment on view batch.request is 'Every request that was ever started, once, with its latest status';

-- Takes the lock that says "this session is alive". PostgreSQL drops it with the connection, so a killed process
-- frees it without a word. Two-key advisory locks keep clear of the one-key locks that applications use.
-- False: another connection holds it (the same worker's former one, not yet noticed as broken).
create function batch.hold_session(session_id integer) returns boolean
language sql volatile
return pg_try_advisory_lock(1650553955, session_id);  -- 'batc' in ASCII

-- Whether a session is over: its lease has run out or, where it has none, nobody holds its lock. Takes the lock until the
-- end of the transaction, so that a worker that comes back meanwhile cannot take it while its request is being given to
-- another. A server that has just started has no locks, and nobody is gone: workers are back within 2 s.
create function batch.is_gone(session_id integer, lease_until timestamptz) returns boolean
language sql volatile
return case
  when lease_until is not null then lease_until <= now()
  else pg_postmaster_start_time() < now() - interval '5 seconds' and pg_try_advisory_xact_lock(1650553955, session_id)
end;

-- The Job controller's wait before a Job's next pod: base * 2^failures, at most 600 s (kubernetes
-- pkg/controller/job/backoff_utils.go). Zero after the Job's last pod: nobody comes back.
create function batch.backoff(job_failures integer, backoff_limit integer, backoff_seconds double precision) returns interval
language sql immutable
return case
  when job_failures >= backoff_limit then interval '0'
  else make_interval(secs => least(backoff_seconds * 2 ^ least(job_failures, 30), 600))
end;

-- Ends a running attempt that did not succeed; the caller has locked the row and knows it may. Returns the status
-- recorded: FAILED, or DEAD when the request is given up, because the attempt was the last that its budget grants or the
-- error is final. A FAILED one is its Job's where stays is true: held until the Job's next pod must be there, its back-off
-- and then twice the base, 20 s on Kubernetes, to start; unless there is no next pod. Else it is free for any Job at once.
create function batch.put_down(
  of_kind text, of_job text, of_request bigint, for_reason text, with_error text, final boolean, stays boolean
) returns text
language sql volatile
begin atomic
  with ended as (
    select q.*, q.ctid as at,
           final or case for_reason
             when 'error' then q.errors >= q.backoff_limit
             when 'crashed' then q.crashes >= q.crash_limit
             else q.interruptions >= q.interruption_limit
           end as given_up,
           stays and q.job_failures < q.backoff_limit as kept
    from batch.queue q
    where q.kind = of_kind and q.job_name = of_job and q.request_id = of_request
  ), dropped as (
    delete from batch.queue q using ended where ended.given_up and q.ctid = ended.at
  ), left_over as (
    update batch.queue q
    set session_id = null, lease_until = null,
        doubted_at = case when for_reason = 'crashed' and not stays then q.doubted_at end,
        errors = q.errors + (for_reason = 'error')::integer,
        crashes = q.crashes + (for_reason = 'crashed')::integer,
        interruptions = q.interruptions + (for_reason = 'interrupted')::integer,
        job_failures = q.job_failures + 1,
        job_name = case when ended.kept then q.job_name end,
        held_until = case when ended.kept then
          now() + batch.backoff(q.job_failures, q.backoff_limit, q.backoff_seconds)
            + make_interval(secs => greatest(2 * q.backoff_seconds, 2))
        end
    from ended
    where not ended.given_up and q.ctid = ended.at
  )
  insert into batch.history (
    kind, request_id, iteration, session_id, created_at, started_at, status, reason, job_name, pod_name, error
  )
  select kind, request_id, iteration, session_id, created_at, started_at, case when given_up then 'DEAD' else 'FAILED' end,
         for_reason, job_name, pod_name, with_error
  from ended
  returning status;
end;

-- Frees what its Job should have come back for by now and has not; returns how many requests changed hands or were given
-- up. The Job is gone (deleted, expired), or its node is: held requests whose hold is over; and running ones whose session
-- was seen gone for the Job's back-off and half the base to start, 5 s on Kubernetes, at the least 5 s: a worker whose
-- connection broke is back long before.
create function batch.free_overdue(of_kind text) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  freed bigint;
  put_down bigint;
begin
  with expired as materialized (
    select q.ctid from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.held_until <= now()
    for update skip locked
  )
  update batch.queue q set job_name = null, held_until = null from expired where q.ctid = expired.ctid;
  get diagnostics freed = row_count;

  with overdue as materialized (
    select q.kind, q.job_name, q.request_id from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null
      and q.doubted_at <= now() - greatest(
        batch.backoff(q.job_failures, q.backoff_limit, q.backoff_seconds) + make_interval(secs => q.backoff_seconds / 2),
        interval '5 seconds'
      )
      and batch.is_gone(q.session_id, q.lease_until)
    for update skip locked
  )
  select count(batch.put_down(kind, job_name, request_id, 'crashed', 'the worker died without a word', false, false))
  from overdue into put_down;
  return freed + put_down;
end
$$;

-- How many Jobs there should be for a kind: ceil(unfinished requests / requests_per_job), counted up to what
-- max_replica_count Jobs could take. Running and held requests count too, since KEDA subtracts the Jobs that run and a
-- Job in back-off counts as running.
-- A request whose worker is gone counts once more, until it is claimed again: KEDA takes the Job of a lost node for a
-- running one, and would start no other. Whoever is early waits (settle.sql). Not so when it has no crash left: it is given
-- up soon.
-- On the way it looks after the dead, so that one look every polling interval is all it takes.
create function batch.demand(of_kind text, requests_per_job integer, max_replica_count integer) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  most bigint := requests_per_job::bigint * max_replica_count;
  jobs bigint;
begin
  with doubtful as materialized (
    select q.ctid from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null and q.doubted_at is null
      and batch.is_gone(q.session_id, q.lease_until)
    for update skip locked
  )
  update batch.queue q set doubted_at = now() from doubtful where q.ctid = doubtful.ctid;

  perform batch.free_overdue(of_kind);

  -- The waiting ones in their index's order, so that neither another kind's backlog nor emptied pages are walked through.
  select least(ceil(least(count(*), most)::numeric / requests_per_job) + count(*) filter (where orphaned), max_replica_count)
  from (
    (
      select q.doubted_at is not null and q.crashes < q.crash_limit as orphaned
      from batch.queue q where q.kind = of_kind and q.job_name is not null limit most
    )
    union all
    (
      select q.doubted_at is not null as orphaned
      from batch.queue q where q.kind = of_kind and q.job_name is null order by q.request_id limit most
    )
  ) unfinished
  into jobs;
  return jobs;
end
$$;
