-- batch.read_row() where a setting differs from the worker's.
create or replace function batch.read_row_with_settings(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
set bytea_output = 'hex'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set xmlbinary = 'base64'
set lc_monetary = 'C'
set row_security = on
set enable_seqscan = off
as $$
begin
  return batch.call_reader(p_kind, p_requests, p_timeout_column, p_request);
end
$$;
