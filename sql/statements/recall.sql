-- After a finish or a failure that changed nothing: whether this session has recorded it before, and the answer got lost.
--
-- $1 kind   $2 request   $3 iteration   $4 session   $5 reason ('error' or 'interrupted'); null for a success
--
-- One row: the status recorded. Zero rows: the attempt is another's, and nothing was changed.
select status from batch.history
where kind = $1 and request_id = $2 and iteration = $3 and session_id = $4 and reason is not distinct from $5
