-- Ends an attempt that did not succeed; see sql/functions/fail.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session
-- $6 reason   $7 error text   $8 whether no retry can help
--
-- One row: the status recorded, FAILED or DEAD; SUCCESS when the program has finished the request itself. Zero rows: the attempt is
-- no longer this session's; nothing was changed.
select status from batch.fail($1, $2, $3, $4, $5, $6, $7, $8) as status
