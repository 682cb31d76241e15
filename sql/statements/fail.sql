-- Ends an attempt that did not succeed, as batch.put_down() says.
--
-- $1 kind   $2 request   $3 iteration   $4 session
-- $5 reason: 'error', or 'interrupted' when the worker was asked to stop   $6 error text   $7 whether no retry can help
--
-- One row: the status recorded, FAILED or DEAD. Zero rows: the attempt is not this session's to end; recall.sql tells
-- whether it has ended it.
--
-- The row is locked first, in a step of its own: a function in the target list runs before FOR UPDATE has its lock.
with mine as materialized (
  select kind, request_id
  from batch.queue
  where kind = $1 and request_id = $2 and iteration = $3 and session_id = $4
  for update
)
select batch.put_down(kind, request_id, $5, $6, $7) as status from mine
