-- Whether the settings that a row's JSON depends on are a worker's (worker/src/sessionOptions.ts, sql/roles.sql). It sets no search_path,
-- so that the planner can replace a call by its body.
create or replace function batch.has_worker_settings() returns boolean
language sql stable
return current_setting('timezone') = 'UTC' and current_setting('datestyle') = 'ISO, MDY' and current_setting('intervalstyle') = 'postgres'
  and current_setting('extra_float_digits') = '1' and current_setting('bytea_output') = 'hex' and current_setting('xmlbinary') = 'base64'
  and current_setting('lc_monetary') = 'C' and current_setting('row_security') = 'on' and current_setting('enable_seqscan') = 'off';
