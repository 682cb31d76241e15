-- After a finish or a failure that changed nothing: whether this session has recorded it before, and the answer got lost.
--
-- $1 kind   $2 Job   $3 request   $4 iteration   $5 session   $6 reason ('error' or 'interrupted'); null for a success
--
-- One row: the status recorded. Zero rows: the attempt is another's, and nothing was changed.
select status from batch.history
where kind = $1 and job_name = $2 and request_id = $3 and iteration = $4 and session_id = $5 and reason is not distinct from $6
