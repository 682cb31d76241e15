-- Records that the worker was asked to stop and how long it may still take; see sql/functions/announce_stop.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 what is left of the grace period (seconds)
--
-- One row: whether it is announced now; false: call again shortly. Zero rows: the attempt is no longer this session's.
select announced from batch.announce_stop($1, $2, $3, $4, $5, $6) as announced
