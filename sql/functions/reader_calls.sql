-- The statements of batch.call_reader() that find a kind's reader and call it: a binary search, because every condition that is
-- evaluated costs a microsecond.
--
-- p_kinds: the kinds, in order
create or replace function batch.reader_calls(p_kinds text[]) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  middle integer := (1 + cardinality(p_kinds)) / 2;
begin
  if cardinality(p_kinds) > 1 then
    return format(E'\nif p_kind <= %L collate "C" then%s\nelse%s\nend if;', p_kinds[middle],
      batch.reader_calls(p_kinds[:middle]), batch.reader_calls(p_kinds[middle + 1:]));
  elsif cardinality(p_kinds) = 1 then
    return format(E'\nif p_kind = %L then\n  return batch.%I(p_requests, p_timeout_column, p_request);\nend if;', p_kinds[1], 'row$' || p_kinds[1]);
  end if;
  return '';
end
$$;
