-- The row of a claimed request, as its table holds it now. See batch.row_of().
--
-- $1 kind   $2 request
--
-- Always one row; null in it when the table's row is gone.
select batch.row_of($1, $2) as request
