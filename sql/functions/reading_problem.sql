-- Why no row of a kind's table can be read although its attachment is intact; null if some can, or if only the rows themselves are wrong.
-- Examples: a policy needs a setting that no session has, a cast reads a table that was dropped, an extension's files are missing.
--
-- p_kind: the kind   Returns a text that begins with "no row of", by which batch.maintain() recognizes it.
--
-- Tries up to nine rows: the first and the last waiting ones, and those with the lowest keys.
create or replace function batch.reading_problem(p_kind text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  id bigint;
  found_row record;
  problem text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  for id in
    (select q.request_id from batch.queue q where q.kind = p_kind order by q.request_id limit 3)
    union all
    (select q.request_id from batch.queue q where q.kind = p_kind order by q.request_id desc limit 3)
    union all
    select unnest(batch.read_keys(p_kind, null, null, 3, null))
  loop
    begin
      found_row := batch.read_row(p_kind, attached.requests, attached.timeout_column, id);
      if found_row.request is not null then
        return null;
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others then
        if sqlstate not similar to '(42|58)%' then
          return null;
        end if;
        problem := format('no row of %s can be read: %s', attached.requests, sqlerrm);
    end;
  end loop;
  return problem;
exception
  when syntax_error_or_access_rule_violation or system_error then
    return format('no row of %s can be read: %s', attached.requests, sqlerrm);
end
$$;
