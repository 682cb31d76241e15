-- Whether PostgreSQL lets several rows of a table have one request's key: the primary key of a partitioned table has further columns.
create or replace function batch.keys_may_repeat(p_requests regclass) returns boolean
language sql stable
begin atomic
  select exists (select from pg_catalog.pg_index i where i.indrelid = p_requests and i.indisprimary and i.indnkeyatts > 1);
end;
