-- Reads the row of a request that is being claimed, and finds out whether the request can be worked on.
--
-- p_kind, p_request: the request
--
-- One row:
-- - request, timeout_seconds: as batch.read_row()
-- - problem: why the request cannot be worked on; null: it can
-- - missing: because it has no row   unreadable: because its row cannot be read: the SQLSTATE; null: otherwise
-- - kind_problem: true when that is no request's fault, but the table's: the next poll reports why and starts no Job
-- - canceled: the message, if the statement was canceled while it read the row; null: it was not
-- Raises what is transient (batch.is_transient), and when the statement is canceled at any other moment.
create or replace function batch.read_request(
  p_kind text, p_request bigint,
  out request text, out timeout_seconds double precision, out problem text, out missing boolean, out unreadable text, out kind_problem boolean,
  out canceled text
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  kind_row record;
  found_row record;
  detail text;  -- of an error
begin
  missing := false;
  kind_problem := false;
  select k.requests, k.timeout_column into kind_row from batch.kind k where k.kind = p_kind;
  for try in 1..3 loop
    problem := null;
    unreadable := null;
    begin
      found_row := batch.read_row(p_kind, kind_row.requests, kind_row.timeout_column, p_request);
      request := found_row.request;
      timeout_seconds := found_row.timeout_seconds;
      missing := request is null;
      if getdatabaseencoding() <> 'UTF8' then
        -- The answer could not be sent, and every claim would fail.
        perform convert_to(request, 'UTF8');
      end if;
      if missing then
        problem := format('%s has no row with this primary key', kind_row.requests);
      elsif octet_length(request) > 67108864 then
        -- A worker that cannot receive it in time would claim it again and again: no attempt is counted before the answer is sent.
        problem := format('its row must be at most 67108864 bytes of JSON (64 MiB: it is sent to the worker); got %s', octet_length(request));
        return;
      elsif timeout_seconds is not null and not timeout_seconds between 0 and 604800 then
        problem := format('its timeout must be 0 to 604800 seconds (at most a week; 0 is none); got %s', timeout_seconds);
      end if;
    exception when query_canceled then
      canceled := sqlerrm;
      return;
    when others or assert_failure then
      get stacked diagnostics detail = pg_exception_detail;
      if batch.is_transient(sqlstate, detail) then
        raise;
      end if;
      problem := format('its row cannot be read: %s', sqlerrm);
      unreadable := sqlstate;
    end;
    exit when problem is null;
    -- The table may have been changed at this moment (renamed, attached again): then it is read again as it is now.
    select k.requests, k.timeout_column into kind_row from batch.kind k where k.kind = p_kind and batch.attachment_problem(p_kind) is null;
    if not found then
      kind_problem := true;
      return;
    end if;
  end loop;
  missing := missing and unreadable is null;
end
$$;
