-- Claims a request for a Job's pod, counts the attempt, and takes the session lock that keeps it.
-- First the Job's own unfinished request; else the oldest that nobody holds.
--
-- $1 kind   $2 Job   $3 pod   $4 session   $5 backoff limit   $6 back-off base (seconds)
-- $7 pods of this Job that failed, $8 requests it has finished, as far as this pod knows (a row held for the Job knows better)
--
-- One row, with an outcome:
--   claimed  the request
--   busy     the Job's own request, or this session's lock, is still a former connection's; ask again shortly
--   doubtful nothing is free, but some request's worker died and its Job may be gone for good; a Job that was started
--            for that request asks again until it is free
-- Zero rows: nothing to do.
--
-- Sent again by the same session it returns the same attempt and counts nothing, so an answer that got lost is asked for
-- again. The primary key serves "oldest"; requests that run or are held are passed over there, a few for each Job.
with session as materialized (
  select batch.hold_session($4) as held
), own as materialized (
  select q.*, q.session_id <> $4 and batch.is_gone(q.session_id) as lost
  from batch.queue q
  where q.kind = $1 and q.job_name = $2
  order by q.request_id
  limit 1
  for update
), mine as (
  -- A lost attempt that was the last one granted is not claimed again: the scaling query puts it down as DEAD.
  select request_id, case when lost then 1 else 0 end as lost from own
  where session_id is null or session_id = $4 or (lost and failures < $5)
), free as materialized (
  select q.request_id
  from batch.queue q
  where q.kind = $1 and (q.job_name is null or q.held_until <= now())
    and not exists (select from own where not coalesce(lost, false) or failures < $5)
  order by q.request_id
  limit 1
  for update skip locked
), claimed as (
  update batch.queue q
  set iteration = q.iteration + case when q.session_id = $4 then 0 else 1 end,
      failures = q.failures + picked.lost,
      job_failures = case when q.job_name = $2 then q.job_failures + picked.lost else $7 end,
      job_finished = case when q.job_name = $2 then q.job_finished else $8 end,
      started_at = case when q.session_id = $4 then q.started_at else now() end,
      created_at = coalesce(q.created_at, now()),
      session_id = $4, job_name = $2, pod_name = $3, backoff_limit = $5, backoff_seconds = $6,
      held_until = null, doubted_at = null
  from (select request_id, lost from mine union all select request_id, 0 from free) picked, session
  where session.held and q.kind = $1 and q.request_id = picked.request_id
  returning q.request_id, q.iteration, q.job_failures, q.job_finished
), recorded as (
  insert into batch.history (
    kind, request_id, iteration, session_id, created_at, started_at, status, reason, job_name, pod_name, error
  )
  select own.kind, own.request_id, own.iteration, own.session_id, own.created_at, own.started_at, 'FAILED', 'lost',
         own.job_name, own.pod_name, 'the worker died without a word'
  from own join claimed using (request_id)
  where own.lost
)
select 'claimed' as outcome, request_id, iteration, job_failures, job_finished, batch.row_of($1, request_id) as request
from claimed
union all
select case when not held or exists (select from own where not coalesce(lost, false)) then 'busy' else 'doubtful' end,
       null, null, null, null, null
from session
where not exists (select from claimed)
  and (not held or exists (select from own where not coalesce(lost, false))
       or exists (select from batch.queue q where q.kind = $1 and q.job_name is not null and q.doubted_at is not null))
