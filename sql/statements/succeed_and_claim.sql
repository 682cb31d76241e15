-- Ends an attempt with SUCCESS and claims the next request for the same pod; see sql/functions/succeed_and_claim.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 result (JSON; null: nothing)
-- $7 pod   $8 retry limits, in the order of sql/functions/claim.sql   $9 back-off base (seconds)
-- $10 lease (seconds; null: the session lock)   $11 timeout (seconds; null: none)   $12 requests the Job has finished
--
-- One row: recorded, with the next attempt; without a request_id none was claimed. Zero rows: the attempt is no longer this
-- session's; nothing was changed.
select status, request_id, attempt, job_finished, request, token, checkpoint::text as checkpoint, timeout_seconds
from batch.succeed_and_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
