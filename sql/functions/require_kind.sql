-- The row of a kind, for functions that operators or KEDA call. Raises when there is no such kind, for example because of a typing error.
--
-- p_kind: the kind
create or replace function batch.require_kind(p_kind text) returns batch.kind
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kind_row batch.kind;
begin
  select * into kind_row from batch.kind k where k.kind = p_kind;
  if not found then
    raise exception 'kind must be one that batch.status shows (%); got %',
      coalesce((select string_agg(k.kind, ', ' order by k.kind) from batch.kind k), 'none'), coalesce(quote_literal(p_kind), 'null');
  end if;
  return kind_row;
end
$$;
