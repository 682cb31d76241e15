-- After a claim that found nothing: records crashes, releases requests, and reports what to do; see sql/functions/reclaim.sql.
--
-- $1 kind   $2 Job   $3 session   $4 lease (seconds; null: the session lock)   $5 whether this pod has claimed nothing yet
--
-- One row: a finding (reclaimed, locked, reserved), the session that holds the Job's request if it may be ended, and whether a previous
-- connection that still holds this session's lock was asked to end (sql/functions/end_connection.sql). Zero rows: nothing to do.
select finding, holder, coalesce(case when finding = 'locked' and holder is null then batch.end_connection($3) end, false) as ending
from batch.reclaim($1, $2, $3, $4, $5)
