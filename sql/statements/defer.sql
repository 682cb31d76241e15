-- Ends an attempt whose work asked to be run later; see sql/functions/defer.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 how much later (seconds)   $7 error text
--
-- One row: the status recorded, FAILED or DEAD; SUCCESS when the program has finished the request itself. Zero rows: the attempt is
-- no longer this session's; nothing was changed.
select status from batch.defer($1, $2, $3, $4, $5, $6, $7) as status
