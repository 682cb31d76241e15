-- Raises when an operator has named no request.
--
-- p_kind, p_request: the request
create or replace function batch.require_request(p_kind text, p_request bigint) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_request is null then
    raise exception 'the request must be the primary key of a row of kind %; got null', quote_literal(p_kind);
  end if;
end
$$;
