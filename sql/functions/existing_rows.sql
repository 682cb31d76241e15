-- The keys of those requests that have a row in their table, one for each row; empty if the table cannot be read.
--
-- p_kind, p_ids: the requests; none is null, which to batch.read_keys() is all
create or replace function batch.existing_rows(p_kind text, p_ids bigint[]) returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(batch.read_keys(p_kind, null, null, null, coalesce(p_ids, '{}')), '{}');
exception
  when insufficient_privilege or undefined_table or undefined_column or undefined_function or null_value_not_allowed then
    return '{}';
end
$$;
