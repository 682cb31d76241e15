-- The row of a claimed request, as its table holds it now. See batch.row_of().
--
-- $1 kind   $2 request
--
-- Always one row: the table's row as JSON text, in which no number is rounded; null in it when the row is gone.
select batch.row_of($1, $2)::text as request
