-- The body of batch.row$KIND (batch.create_readers), which reads the row of a request as JSON text, and its timeout. Both null: there is no
-- such row, or the table was renamed while it was read, and the caller reads again.
--
-- p_requests: the table   p_reader: the role that reads it   p_timeout_column: the column of its timeouts; null: none
--
-- The row is read by a static statement as long as its names are valid, because planning a dynamic one takes longer than running it, and
-- with many partitions several times as long. to_json and not to_jsonb: it keeps the text of a json column. r.* is the row even if a
-- column is called r. $3 and not p_request, which may be a column. A key that several rows have raises BA001, after they were read.
create or replace function batch.row_reader(p_requests regclass, p_reader name, p_timeout_column name) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $create$
begin
  return batch.fill_template($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  rows bigint;
begin{lock_by_name}{check_role}{begin_reading}
  if {names_are_valid}
    and coalesce(p_timeout_column, '') operator(pg_catalog.=) {timeout_column_literal}::pg_catalog.name
  then
    select pg_catalog.to_json(r.*)::pg_catalog.text, {timeout}, {count} into request, timeout_seconds, rows
    from {table} r where r.{key} operator(pg_catalog.=) $3;
    present_name := {table_literal};
  else{lock_by_present_name}{check_role}{find_key}
    if {is_renamed} then
      return;
    end if;
    execute pg_catalog.format(
      'select pg_catalog.to_json(r.*)::pg_catalog.text, %s, {count} from %s r where r.%s operator(pg_catalog.=) $1',
      case when p_timeout_column is null then 'null' else pg_catalog.format('r.%I::double precision', p_timeout_column) end, present_name, key
    ) into request, timeout_seconds, rows using p_request;
  end if;
  if {is_renamed} then
    request := null;
  end if;{end_reading}
  if rows operator(pg_catalog.>) 1 then
    raise exception 'several rows of % have this primary key (it identifies the request)', p_requests using errcode = 'BA001';
  end if;
end
$body$, batch.reader_parts(p_requests, p_reader) || jsonb_build_object(
    'timeout_column_literal', quote_literal(coalesce(p_timeout_column, '')),
    'timeout', case when p_timeout_column is null then 'null' else format('r.%I::double precision', p_timeout_column) end,
    -- Also where a partitioned table's primary key has no further column yet: it may get one.
    'count', case when pg_partition_root(p_requests) is null then '1::bigint' else 'pg_catalog.count(*) over ()' end
  ));
end
$create$;
