-- Ends an attempt that did not succeed, as batch.put_down() says.
--
-- $1 kind   $2 Job   $3 request   $4 iteration   $5 session
-- $6 reason: 'error', or 'interrupted' when the worker was asked to stop   $7 error text   $8 whether no retry can help
--
-- One row: the status recorded, FAILED or DEAD. Zero rows: the attempt is not this session's to end; recall.sql tells
-- whether it has ended it.
--
-- The row is locked first, in a step of its own: a function in the target list runs before FOR UPDATE has its lock.
with mine as materialized (
  select kind, job_name, request_id
  from batch.queue
  where kind = $1 and job_name = $2 and request_id = $3 and iteration = $4 and session_id = $5
  for update
)
select batch.put_down(kind, job_name, request_id, $6, $7, $8, $6 = 'error') as status from mine
