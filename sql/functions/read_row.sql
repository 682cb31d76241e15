-- The row of a request as JSON text, and its own timeout in seconds; both null when the table holds no such row. Read as the table's
-- owner (batch.create_readers).
--
-- p_kind, p_request: the request
create or replace function batch.read_row(p_kind text, p_request bigint, out request text, out timeout_seconds double precision)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  execute format('select r.request, r.timeout_seconds from batch.%I($1, $2, $3, $4) r', 'row$' || p_kind) into request, timeout_seconds
  using attached.requests, batch.key_column(attached.requests), attached.timeout_column, p_request;
end
$$;
