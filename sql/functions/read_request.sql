-- The row of a request as JSON text; null when the table holds no such row.
--
-- p_requests: the table   p_key: its primary key's column   p_request: the primary key   p_timeout_column: the column of the request's own timeout; null: none
-- Returns one row: the row, and its timeout in seconds (null: none).
--
-- to_json and not to_jsonb: it keeps the text of a json column, and r.* names the row even where a column is called r.
-- The settings that a row's text depends on are the session's (worker/src/sessionOptions.ts) and, behind a pooler, the role's
-- (sql/roles.sql): as SET clauses here they cost more than the read.
create or replace function batch.read_request(
  p_requests regclass, p_key name, p_request bigint, p_timeout_column name, out request text, out timeout_seconds double precision
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'select to_json(r.*)::text, %s from %s r where r.%I = $1',
    case when p_timeout_column is null then 'null' else format('r.%I::double precision', p_timeout_column) end,
    p_requests, p_key
  ) into request, timeout_seconds using p_request;
end
$$;
