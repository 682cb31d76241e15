-- A trigger: skips a restored row whose key already exists. Argument: the name of the key's column.
create or replace function batch.skip_restored() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  is_present boolean;
begin
  execute format('select exists (select from batch.%I t where t.%I = ($1).%2$I)', tg_table_name, tg_argv[0]) into is_present using new;
  return case when is_present then null else new end;
end
$$;
