-- The row of a request as JSON text, and its timeout (request, timeout_seconds); null: there is none. Read as the table's owner
-- (batch.create_readers). Raises what reading raises.
--
-- p_kind, p_requests, p_timeout_column: of batch.kind   p_request: the primary key
--
-- The text must not depend on settings of the database, the role or the session. A worker has set them all; setting them again for each
-- row would take half as long as reading it.
--
-- It sets no search_path: its callers set one.
create or replace function batch.read_row(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
language plpgsql volatile
as $$
declare
  path constant text := pg_catalog.current_setting('search_path');
  found_row record;
  unused integer;
begin
  -- As in batch.read_keys().
  unused := pg_relation_is_updatable(p_requests, false);
  if batch.has_worker_settings() then
    found_row := batch.call_reader(p_kind, p_requests, p_timeout_column, p_request);
  else
    found_row := batch.read_row_with_settings(p_kind, p_requests, p_timeout_column, p_request);
  end if;
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) path then
    perform batch.refuse_search_path(p_requests);
  end if;
  return found_row;
end
$$;
