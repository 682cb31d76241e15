-- Writes batch.call_reader() with a static call of the reader of each attached kind. Any other kind is called dynamically.
create or replace function batch.connect_readers() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $create$
begin
  perform batch.lock_attachments();
  execute format(
    $sql$create or replace function batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
    language plpgsql volatile
    as %L$sql$,
    format($body$
declare
  found_row record;
begin%s
  execute format('select r.request, r.timeout_seconds from batch.%%I($1, $2, $3) r', 'row$' || p_kind) into found_row
  using p_requests, p_timeout_column, p_request;
  return found_row;
end
$body$, batch.reader_calls(array(select k.kind from batch.kind k where k.attached order by k.kind))));
end
$create$;
