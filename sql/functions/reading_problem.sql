-- Why no unfinished row of a kind can be read although its attachment is intact; null if some can, or if only the rows themselves are
-- wrong. Examples: a policy needs a setting that no session has, or raises; a cast reads a table that was dropped; an extension's files
-- are missing.
--
-- p_kind: the kind   Returns a text that begins with "no row of", by which batch.maintain() recognizes it.
--
-- Tries up to 1,000 unfinished rows, alternately the lowest and the highest key, until a tenth of statement_timeout has passed. When none of
-- ten or more can be read, stopping the kind delays nothing that could run. Where there are fewer, or there was no time for more, the rows of
-- the table with the lowest keys are tried as well: if one can be read, the others are wrong themselves. So is a single row with a wrong value
-- (class 22) if there is no other.
create or replace function batch.reading_problem(p_kind text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  until constant timestamptz := clock_timestamp() + coalesce(nullif(current_setting('statement_timeout'), '0')::interval, '10 s') / 10;
  ids bigint[];
  id bigint;
  found_row record;
  tried bigint[] := '{}';
  problem text;
  code text;
  detail text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  ids := array(
    select e.request_id from (
      (select q.request_id, row_number() over (order by q.request_id) as rank
       from batch.queue q where q.kind = p_kind order by q.request_id limit 500)
      union all
      (select q.request_id, row_number() over (order by q.request_id desc)
       from batch.queue q where q.kind = p_kind order by q.request_id desc limit 500)
    ) e group by e.request_id order by min(e.rank)
  );
  for round in 1..2 loop
    foreach id in array ids loop
      begin
        found_row := batch.read_row(p_kind, attached.requests, attached.timeout_column, id);
        if found_row.request is not null then
          return null;
        end if;
      exception
        when query_canceled then
          raise;
        when sqlstate 'BA001' then
          -- Several rows were read (batch.create_readers).
          return null;
        when others or assert_failure then
          get stacked diagnostics detail = pg_exception_detail;
          if batch.is_transient(sqlstate, detail) then
            raise;
          end if;
          tried := tried || id;
          problem := sqlerrm;
          code := sqlstate;
      end;
      exit when clock_timestamp() > until;
    end loop;
    exit when cardinality(tried) >= 10;
    ids := array(select unnest(batch.read_keys(p_kind, null, null, 10, null)) except select unnest(tried));
  end loop;
  if cardinality(tried) > 1 or code not like '22%' then
    return format('no row of %s can be read: %s', attached.requests, problem);
  end if;
  return null;
exception
  when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
    raise;
  when others or assert_failure then
    -- Not even the keys.
    return format('no row of %s can be read: %s', attached.requests, sqlerrm);
end
$$;
