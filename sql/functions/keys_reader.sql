-- The body of batch.keys$KIND (batch.create_readers), which reads primary keys of the rows of a table; null: there are none. If the table was
-- renamed while it was read, there is a serialization failure: some keys might be missing.
--
-- p_requests: the table   p_reader: the role that reads it
--
-- A single key is read by a static statement, as the row (batch.row_reader). $5 and not p_ids, which may be a column.
create or replace function batch.keys_reader(p_requests regclass, p_reader name) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $create$
begin
  return batch.fill_template($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  keys bigint[];
begin{lock_by_name}{check_role}{begin_reading}
  if pg_catalog.cardinality(p_ids) operator(pg_catalog.=) 1 and coalesce(p_partition::pg_catalog.int8, p_after, p_limit) is null
    and {names_are_valid}
  then
    select pg_catalog.array_agg(r.{key}) into keys from {table} r where r.{key} operator(pg_catalog.=) $5[1];
    present_name := {table_literal};
  else{lock_by_present_name}{check_role}{find_key}
    if {is_renamed} then
      raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
    end if;
    execute pg_catalog.format(
      'select pg_catalog.array_agg(s.id) from (
         select r.%1$s as id from %2$s r
         where ($1 is null or r.%1$s operator(pg_catalog.>) $1) and ($3 is null or r.%1$s operator(pg_catalog.=) any ($3)) %3$s
         order by 1 limit $2
       ) s',
      key, present_name,
      -- Through the table, whose owner may have no right on the partition itself; the condition spares the other partitions.
      'and r.tableoid operator(pg_catalog.=) ' operator(pg_catalog.||) p_partition::pg_catalog.oid
        operator(pg_catalog.||) coalesce(' and ' operator(pg_catalog.||) pg_catalog.pg_get_partition_constraintdef(p_partition::pg_catalog.oid), '')
    ) into keys using p_after, p_limit, p_ids;
  end if;
  if {is_renamed} then
    raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
  end if;{end_reading}
  return keys;
end
$body$, batch.reader_parts(p_requests, p_reader));
end
$create$;
