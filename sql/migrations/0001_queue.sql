-- The queue: which requests of which kind are unfinished, who works on them, and how every attempt ended.
-- It names no table of requests: batch.attach() attaches them. The functions that change these tables are in sql/functions.

comment on schema batch is 'postgres-batch: requests claimed, run and recorded, one attempt at a time';

create table batch.kind (
  kind           text collate "C" primary key,
  requests       regclass not null,
  attached       boolean not null default true,
  timeout_column name,                   -- the column of requests that holds a request's own timeout in seconds
  partitions     oid[] not null default '{}',  -- the partitions of requests whose rows have been enqueued
  -- Rows that may be missing from the queue and that the next polls enqueue (batch.enqueue_missed): those of unqueued_partition
  -- (null: of the whole table) with a primary key above unqueued_above (null: none is missing).
  unqueued_partition oid,
  unqueued_above     bigint,
  sweep_pending  boolean not null default false,  -- requests may be queued that have no row, or have ended: the next polls remove them
  cleared_at     timestamptz not null default '-infinity',  -- attempts that ended before it belong to rows that no longer exist
  problem        text,                   -- why no Job is started for this kind; null: nothing is wrong
  problem_since  timestamptz,
  -- A kind is also a file name (the handler) and a label value on Kubernetes: DNS-label characters, and "_" as in a table's name.
  constraint kind_is_a_short_lower_case_word check (kind ~ '^[a-z][a-z0-9_]{0,39}$')
);

comment on table batch.kind is 'The attached tables, one row for each kind; problem is why a kind is stopped';

-- Unfinished requests only: what claims and polls read stays as small as the backlog, however long the history.
-- No foreign key to batch.kind: it would cost a lookup for every row of a 100,000-row insert.
create table batch.queue (
  request_id         bigint not null,
  kind               text collate "C" not null,
  -- The order of waiting requests. A transaction's number and not a time or a sequence: a transaction that commits after a
  -- snapshot has a number that is not below the snapshot's xmin, so a scan may start there (batch.advance_bounds).
  enqueued_xid       xid8 not null default pg_current_xact_id(),
  attempt            integer not null default 0,  -- attempts so far, counted at the claim: a process that dies has used one
  -- Attempts that ended in each way; each has a separate limit.
  errors             integer not null default 0,  -- the work failed
  crashes            integer not null default 0,  -- the worker died
  interruptions      integer not null default 0,  -- the worker was asked to stop
  deferrals          integer not null default 0,  -- the work asked to be run later
  -- The rest is null until the first claim.
  backoff_limit      integer,                     -- errors after which one more ends the request; the Job's own limit too
  crash_limit        integer,                     -- the same for crashes
  interruption_limit integer,                     -- the same for interruptions
  deferral_limit     integer,                     -- the same for deferrals
  job_finished       integer,                     -- requests this Job had finished before this one
  backoff_seconds    double precision,            -- the Job controller's base delay
  session_id         integer,                     -- the running worker's session; null: not running
  claimed_xid        xid8,                        -- like enqueued_xid, for the claimed requests
  token              uuid,                        -- proves to batch.own() that a program works on the current attempt
  created_at         timestamptz,                 -- the first attempt's start
  started_at         timestamptz,                 -- the latest attempt's start
  deadline_at        timestamptz,                 -- when the attempt times out
  stopping_until     timestamptz,                 -- the worker was asked to stop and may use this long
  suspected_at       timestamptz,                 -- when the session was first seen dead; kept until the next claim, reservation or renewal
  reserved_until     timestamptz,                 -- until then only the same Job may claim it; null while running
  lease_until        timestamptz,                 -- until then the session counts as alive; null: as long as it holds its lock
  available_at       timestamptz,                 -- not before; null: now
  canceled           text,                        -- why it is not retried if this attempt fails
  job_name           text collate "C",            -- the Job it belongs to; null: any Job may claim it
  pod_name           text,
  progress           jsonb,                       -- {"done": 3, "total": 10}, of the running attempt
  checkpoint         jsonb,                       -- the last one saved by any attempt
  constraint queue_pkey primary key (kind, request_id)
) with (
  -- Every request leaves a dead entry at the head of queue_waiting, where every claim starts its scan. How soon a
  -- vacuum comes is the server's autovacuum_naptime (worker/src/serverSettings.ts).
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000
);

create index queue_waiting on batch.queue (kind, enqueued_xid, request_id) where job_name is null and available_at is null;
-- The planner estimates a partial index of few rows as empty, and would scan its dead entries instead of looking up a Job's:
-- only a query that states the second condition, which holds for every row, may use it.
create index queue_claimed on batch.queue (kind, claimed_xid) where job_name is not null and attempt >= -2147483648;
create index queue_job on batch.queue (kind, job_name, claimed_xid) where job_name is not null;
create index queue_deferred on batch.queue (kind, available_at) where available_at is not null;

comment on table batch.queue is 'Unfinished requests: waiting, running, or reserved for their Job''s next pod';

-- One row for each ended attempt. FAILED becomes DEAD where the request is no longer to be retried; batch.purge() deletes rows. No check
-- constraints, here or on the queue: evaluating them took a tenth of the time of claim and finish. Polls and claims move impossible rows of
-- the queue to batch.rejected.
create table batch.history (
  request_id bigint not null,
  kind       text collate "C" not null,
  attempt    integer not null,
  session_id integer,
  created_at timestamptz not null,  -- the request's first attempt's start
  started_at timestamptz not null,
  ended_at   timestamptz not null default now(),
  status     text not null,  -- SUCCESS, FAILED, or DEAD when the request is not retried
  reason     text,           -- error, crashed, interrupted, deferred or canceled; null: SUCCESS
  job_name   text,
  pod_name   text,
  error      text,
  result     jsonb,
  progress   jsonb,
  constraint history_pkey primary key (kind, request_id, attempt)
);

comment on table batch.history is 'Every ended attempt; batch.attempt also shows running ones';

-- Requests with attempts whose rows were deleted: the same primary key inserted again is a new request.
create table batch.deleted_request (
  kind       text collate "C" not null,
  request_id bigint not null,
  constraint deleted_request_pkey primary key (kind, request_id)
);

comment on table batch.deleted_request is 'Requests with attempts whose rows were deleted: the same key may be inserted again';

-- Rows of the queue that could not be processed, and why.
create table batch.rejected (
  kind        text collate "C" not null,
  request_id  bigint not null,
  rejected_at timestamptz not null default clock_timestamp(),
  reason      text not null,
  queue_row   jsonb not null,
  constraint rejected_pkey primary key (kind, request_id, rejected_at)
);

comment on table batch.rejected is 'Rows of the queue that could not be processed, and why; batch.retry() runs a request again';

-- How many pods of a Job have failed. Not in batch.queue: a DEAD request's row is deleted there, and the Job's failures still count.
create table batch.job (
  kind       text collate "C" not null,
  job_name   text collate "C" not null,
  failures   integer not null,            -- pods that failed: the Job controller's exponent
  finished   integer not null,            -- requests that ended before the last pod failed
  updated_at timestamptz not null default now(),
  constraint job_pkey primary key (kind, job_name)
);

comment on table batch.job is 'Jobs with failed pods; a row is dropped a week after its last failure';

-- What one poll knows of previous ones, and where the scans of the queue's indexes start.
create table batch.scaling (
  kind             text collate "C" primary key,
  polled_at        timestamptz,
  poll_gap         interval,                      -- between the last two polls
  polled_working   integer not null default 0,    -- what the last poll counted
  polled_suspects  integer not null default 0,
  polled_claims    bigint not null default 0,
  -- Claims that Jobs have not made yet, and since when these Jobs should exist (batch.count_jobs).
  expected_since   timestamptz[] not null default '{}',
  expected_claims  bigint[] not null default '{}',
  absent_jobs      integer not null default 0,    -- Jobs that KEDA counts as running and that do no work
  absent_peak      integer not null default 0,    -- their maximum since Jobs were last presumed lost with a node (batch.count_jobs)
  -- While more Jobs than maxReplicaCount may exist: claims stop here.
  running_limit    integer,
  limited_until    timestamptz,
  -- No waiting request is below (waiting_xid, waiting_id), no claimed one below claimed_xid (batch.advance_bounds).
  waiting_xid      xid8 not null default '0',
  waiting_id       bigint not null default -9223372036854775808,
  claimed_xid      xid8 not null default '0',
  bounds_reset_at  timestamptz not null default now()  -- when they were last set to zero (batch.reset_bounds)
) with (fillfactor = 10);

comment on table batch.scaling is 'The scaling query''s memory, one row for each kind';

create view batch.attempt as
select kind, request_id, attempt, status, reason, error, job_name, pod_name, session_id, created_at, started_at, ended_at,
       result, progress
from batch.history
union all
select kind, request_id, attempt, 'RUNNING', null, null, job_name, pod_name, session_id, created_at, started_at, null,
       null, progress
from batch.queue
where job_name is not null and session_id is not null;

comment on view batch.attempt is
  'Every attempt ever started: RUNNING, SUCCESS, FAILED (retried) or DEAD (not retried); batch.cancel() adds a DEAD one if none is running';

create view batch.request as
select distinct on (kind, request_id)
  kind, request_id, status, attempt, session_id, job_name, pod_name, created_at,
  max(ended_at) over (partition by kind, request_id) as ended_at, result, progress
from batch.attempt
order by kind, request_id, attempt desc;

comment on view batch.request is 'One row for each request that was ever started or canceled, with its latest status';

create view batch.status as
select k.kind, k.requests::text as requests, q.waiting, q.deferred, q.running, q.reserved, q.suspected, q.oldest_start,
       (select count(*) from batch.rejected r where r.kind = k.kind) as rejected,
       case when k.attached then k.problem else 'detached' end as problem, k.problem_since
from batch.kind k,
lateral (
  select count(*) filter (where c.job_name is null and c.available_at is null) as waiting,
         count(*) filter (where c.job_name is null and c.available_at is not null) as deferred,
         count(*) filter (where c.job_name is not null and c.session_id is not null) as running,
         count(*) filter (where c.job_name is not null and c.session_id is null) as reserved,
         count(*) filter (where c.suspected_at is not null) as suspected,
         min(c.created_at) as oldest_start
  from batch.queue c where c.kind = k.kind
) q;

comment on view batch.status is 'The state of each kind; counts the whole backlog. oldest_start: the first start of any unfinished request';
