-- The keys of those requests that have a row in their table, one for each row; empty if there is no such table, key or reader, or no right to
-- read. Raises any other error that reading raises.
--
-- p_kind, p_ids: the requests; null: none (batch.read_keys() would take it for all)
create or replace function batch.existing_rows(p_kind text, p_ids bigint[]) returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(batch.read_keys(p_kind, null, null, null, coalesce(p_ids, '{}')), '{}');
exception
  -- syntax_error: the reader has found no key.
  when insufficient_privilege or undefined_table or undefined_column or undefined_function or null_value_not_allowed
    or syntax_error
  then
    return '{}';
end
$$;
