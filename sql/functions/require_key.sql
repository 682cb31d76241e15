-- The name of the column that is a request's primary key, for a trigger. Raises when the table has lost it: the change could not be
-- followed.
--
-- p_requests: the table, or its partition   p_kind: the kind
--
-- A transaction whose snapshot is older than a partition sees neither its key nor that it belongs to the table; pg_partition_root() does.
create or replace function batch.require_key(p_requests regclass, p_kind text) returns name
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  key name := coalesce(batch.key_column(p_requests), batch.key_column(pg_partition_root(p_requests)));
begin
  if key is null then
    raise exception '% must have a primary key of one bigint column (it identifies a request): restore it, or select batch.detach(%)',
      p_requests, quote_literal(p_kind) using errcode = 'object_not_in_prerequisite_state';
  end if;
  return key;
end
$$;
