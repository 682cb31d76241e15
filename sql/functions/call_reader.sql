-- Calls the reader of a kind, batch.row$KIND (batch.create_readers), and returns its row. This is the version of a database without
-- kinds: batch.connect_readers() replaces it by one with a static call for each kind, since planning a dynamic call takes twice as
-- long as reading the row.
--
-- p_kind, p_requests, p_timeout_column: of batch.kind   p_request: the primary key
--
-- It sets no search_path, which would cost a tenth of the call: batch.claim() sets one.
create or replace function batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
language plpgsql volatile
as $$
declare
  found_row record;
begin
  execute format('select r.request, r.timeout_seconds from batch.%I($1, $2, $3) r', 'row$' || p_kind) into found_row
  using p_requests, p_timeout_column, p_request;
  return found_row;
end
$$;
