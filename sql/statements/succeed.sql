-- Finishes an attempt: the request leaves the queue, the attempt enters the history.
--
-- $1 kind   $2 Job   $3 request   $4 iteration   $5 session
--
-- One row: recorded. Zero rows: the attempt is not this session's to end; recall.sql tells whether it has ended it.
with done as (
  delete from batch.queue
  where kind = $1 and job_name = $2 and request_id = $3 and iteration = $4 and session_id = $5
  returning kind, request_id, iteration, session_id, created_at, started_at, job_name, pod_name
)
insert into batch.history (
  kind, request_id, iteration, session_id, created_at, started_at, status, job_name, pod_name
)
select kind, request_id, iteration, session_id, created_at, started_at, 'SUCCESS', job_name, pod_name
from done
returning status
