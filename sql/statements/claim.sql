-- Claims a request for a Job's pod; see sql/functions/claim.sql.
--
-- $1 kind   $2 Job   $3 pod   $4 session   $5 retry limits, in the order of sql/functions/claim.sql
-- $6 back-off base (seconds)   $7 lease (seconds; null: the session lock)   $8 timeout (seconds; null: none)
-- $9 requests the Job has finished, as far as this pod knows   $10 whether the scaling query must count this claim
--
-- One row: the attempt and its request's row as JSON text. Zero rows: nothing to claim now; reclaim.sql reports why.
select request_id, attempt, job_finished, request, token, checkpoint::text as checkpoint, timeout_seconds
from batch.claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
