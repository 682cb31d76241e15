-- Takes the Job's request over from a previous pod that does not respond, and ends that pod's connection; see
-- sql/functions/take_over.sql. Late writes of the predecessor change nothing, since its attempt is over.
--
-- $1 kind   $2 Job   $3 session that holds the request
--
-- One row: taken over. Zero rows: that session no longer has it, has announced its stop or keeps a lease, or its program's own transaction
-- has locked it.
--
-- The connection is ended with the caller's rights, not those of batch.take_over()'s owner.
select taken, batch.end_connection($3) from batch.take_over($1, $2, $3) as taken
