-- Whether a table has a numeric column of that name.
create or replace function batch.is_timeout_column(p_requests regclass, p_column name) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from pg_attribute a
    where a.attrelid = p_requests and a.attname = p_column and a.attnum > 0 and not a.attisdropped
      and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'float4'::regtype, 'float8'::regtype, 'numeric'::regtype)
  );
end
$$;
