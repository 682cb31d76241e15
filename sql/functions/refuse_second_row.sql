-- Raises when a request has rows in several partitions, which PostgreSQL's primary key of such a table allows.
--
-- p_requests: the partition of the row that was written   p_kind, p_request: the request
create or replace function batch.refuse_second_row(p_requests regclass, p_kind text, p_request bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(batch.existing_rows(p_kind, array[p_request])) > 1 then
    raise exception '% % must be the only row with its %, in all partitions (it identifies the request); got another one',
      p_kind, p_request, batch.require_key(p_requests, p_kind) using errcode = 'unique_violation';
  end if;
end
$$;
