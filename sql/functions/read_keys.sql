-- Primary keys of the rows of a kind's table, in order; null: there are none. Read as the table's owner (batch.create_readers).
--
-- p_kind: the kind   p_partition: only this partition's; null: all   p_after: only those above it; null: all
-- p_limit: how many at most; null: all   p_ids: only these; null: all
create or replace function batch.read_keys(p_kind text, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]) returns bigint[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  path constant text := pg_catalog.current_setting('search_path');
  attached batch.kind;
  keys bigint[];
  unused integer;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  for try in 1..3 loop
    begin
      -- It waits for the table: batch.detach() locks it and drops the reader, whose call must not be planned before.
      unused := pg_relation_is_updatable(attached.requests, false);
      execute format('select batch.%I($1, $2, $3, $4, $5)', 'keys$' || p_kind) into keys
      using attached.requests, p_partition, p_after, p_limit, p_ids;
      exit;
    exception when undefined_table or serialization_failure then
      -- The table was renamed while the reader waited for it or read it, or the owner's code names a table that does not exist.
      if try = 3 then
        raise;
      end if;
    end;
  end loop;
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) path then
    perform batch.refuse_search_path(attached.requests);
  end if;
  return keys;
end
$$;
