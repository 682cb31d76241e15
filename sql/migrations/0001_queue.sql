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
  request_id      bigint not null,
  kind            text collate "C" not null,
  iteration       integer not null default 0,  -- attempts so far, counted at the claim: a process that dies silently has used one
  failures        integer not null default 0,  -- attempts that used up the budget (thrown errors and silent deaths)
  -- The rest is null until the first claim.
  session_id      integer,                     -- the running worker's session lock; null: not running
  backoff_limit   integer,                     -- failures after which a further one gives the request up
  job_failures    integer,                     -- pods of this Job that failed: the Job controller's exponent
  job_finished    integer,                     -- requests this Job had finished before this one
  backoff_seconds double precision,            -- the Job controller's base delay
  created_at      timestamptz,                 -- the first attempt's start
  started_at      timestamptz,                 -- the latest attempt's start
  doubted_at      timestamptz,                 -- when the session lock was first seen missing; kept until the next claim
  held_until      timestamptz,                 -- until then only the same Job may claim it; null while running
  job_name        text collate "C",            -- the Job it belongs to; null: anyone's
  pod_name        text,
  primary key (kind, request_id)
) with (
  -- Half-empty pages keep a request's new versions beside its old one.
  fillfactor = 50,
  -- Every request leaves dead versions at the head of the index, where every claim starts to look.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000
);

-- A Job's own request, and everything that runs or is held: at most a few rows a Job.
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
  reason     text,           -- error, lost or interrupted; null: SUCCESS
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

-- Whether nobody holds that session's lock. Takes it until the end of the transaction, so that a worker that comes
-- back meanwhile cannot take it while its request is being given to another.
create function batch.is_gone(session_id integer) returns boolean
language sql volatile
return pg_try_advisory_xact_lock(1650553955, session_id);

-- How long a request that failed stays its Job's: until the Job's next pod must be there. The Job controller waits
-- base * 2^failures, at most 600 s (kubernetes pkg/controller/job/backoff_utils.go); twice the base is for the pod's
-- start: 20 s on Kubernetes. Zero after the Job's last pod: nobody comes back.
create function batch.hold(job_failures integer, backoff_limit integer, backoff_seconds double precision) returns interval
language sql immutable
return case
  when job_failures >= backoff_limit then interval '0'
  else make_interval(secs => least(backoff_seconds * 2 ^ least(job_failures, 30), 600) + greatest(2 * backoff_seconds, 2))
end;

-- Ends a running attempt that did not succeed; the caller has locked the row and knows it may. Returns the status
-- recorded: FAILED, or DEAD when the request is given up.
--   error, lost:  charged; held for the same Job, or DEAD when final or when backoff_limit was used up
--   interrupted:  not charged; free for any Job at once
create function batch.put_down(of_kind text, of_request bigint, for_reason text, with_error text, final boolean) returns text
language sql volatile
begin atomic
  with ended as (
    select q.*, for_reason <> 'interrupted' and (final or q.failures >= q.backoff_limit) as given_up
    from batch.queue q
    where q.kind = of_kind and q.request_id = of_request
  ), dropped as (
    delete from batch.queue q using ended
    where ended.given_up and q.kind = ended.kind and q.request_id = ended.request_id
  ), freed as (
    update batch.queue q
    set session_id = null, doubted_at = null, job_name = null
    from ended
    where for_reason = 'interrupted' and q.kind = ended.kind and q.request_id = ended.request_id
  ), held as (
    update batch.queue q
    set session_id = null, failures = q.failures + 1, job_failures = q.job_failures + 1,
        held_until = now() + batch.hold(q.job_failures, q.backoff_limit, q.backoff_seconds)
    from ended
    where for_reason <> 'interrupted' and not ended.given_up and q.kind = ended.kind and q.request_id = ended.request_id
  )
  insert into batch.history (
    kind, request_id, iteration, session_id, created_at, started_at, status, reason, job_name, pod_name, error
  )
  select kind, request_id, iteration, session_id, created_at, started_at, case when given_up then 'DEAD' else 'FAILED' end,
         for_reason, job_name, pod_name, with_error
  from ended
  returning status;
end;

-- How many Jobs there should be for a kind: ceil(unfinished requests / requests_per_job), counted up to what
-- max_replica_count Jobs could take. Running and held requests count too, since KEDA subtracts the Jobs that run and a
-- Job in back-off counts as running.
-- On the way it looks after the dead, so that one look every polling interval is all it takes: a request whose session
-- lock is missing is doubted at first, and put down as lost when the lock is missing still 5 s later. A worker whose
-- connection broke is back long before (it reconnects within 2 s of the database's return).
create function batch.demand(of_kind text, requests_per_job integer, max_replica_count integer) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  jobs bigint;
begin
  with doubtful as materialized (
    select q.request_id from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null and q.doubted_at is null
      and batch.is_gone(q.session_id)
    for update skip locked
  )
  update batch.queue q set doubted_at = now()
  from doubtful where q.kind = of_kind and q.request_id = doubtful.request_id;

  with lost as materialized (
    select q.request_id from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null
      and q.doubted_at < now() - interval '5 seconds' and batch.is_gone(q.session_id)
    for update skip locked
  )
  select count(batch.put_down(of_kind, lost.request_id, 'lost', 'the worker died without a word', false))
  from lost into jobs;

  -- In the primary key's order, so that neither another kind's backlog nor emptied pages are walked through.
  select ceil(count(*)::numeric / requests_per_job)
  from (
    select from batch.queue q where q.kind = of_kind
    order by q.request_id limit requests_per_job::bigint * max_replica_count
  ) unfinished
  into jobs;
  return jobs;
end
$$;
