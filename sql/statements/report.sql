-- Records the progress and the checkpoint of a running attempt; see sql/functions/report.sql.
--
-- $1 kind   $2 Job   $3 request   $4 attempt   $5 session   $6 progress (JSON; null: unchanged)   $7 checkpoint (JSON; null: unchanged)
--
-- One row: whether it is recorded now (or its program has finished the request); false: call again later. Zero rows: the attempt is no
-- longer this session's; nothing was changed.
select recorded from batch.report($1, $2, $3, $4, $5, $6, $7) as recorded
