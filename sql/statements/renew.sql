-- Keeps an attempt: takes back the session lock, or renews the lease; see sql/functions/renew.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 lease (seconds; null: the session lock)
--
-- One row: whether the attempt is kept now (or its program has finished the request); false: call again shortly. Zero rows: the attempt is no
-- longer this session's.
-- A previous connection that still holds the lock is ended (sql/functions/end_connection.sql).
select kept, case when not kept then batch.end_connection($5) end from batch.renew($1, $2, $3, $4, $5, $6) as kept
