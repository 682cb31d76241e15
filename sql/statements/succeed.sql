-- Ends an attempt with SUCCESS; see sql/functions/succeed.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 result (JSON; null: nothing)
--
-- One row: recorded. Zero rows: the attempt is no longer this session's; nothing was changed.
select status from batch.succeed($1, $2, $3, $4, $5, $6) as status
