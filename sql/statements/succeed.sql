-- Finishes an attempt: the request leaves the queue, the attempt enters the history.
--
-- $1 kind   $2 request   $3 iteration   $4 session
--
-- One row: recorded, now or by the same session before (the answer had got lost). Zero rows: the attempt is no longer
-- this session's, and nothing was changed.
with done as (
  delete from batch.queue
  where kind = $1 and request_id = $2 and iteration = $3 and session_id = $4
  returning *
), recorded as (
  insert into batch.history (
    kind, request_id, iteration, session_id, created_at, started_at, status, job_name, pod_name
  )
  select kind, request_id, iteration, session_id, created_at, started_at, 'SUCCESS', job_name, pod_name
  from done
  returning iteration
)
select iteration from recorded
union all
select iteration from batch.history
where not exists (select from done)
  and kind = $1 and request_id = $2 and iteration = $3 and session_id = $4 and status = 'SUCCESS'
