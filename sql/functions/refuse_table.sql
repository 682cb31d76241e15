-- Raises, with the reason, when a table cannot be attached because its changes could not be followed.
--
-- p_requests: the table   p_timeout_column: the column of its timeouts; null: none
create or replace function batch.refuse_table(p_requests regclass, p_timeout_column name) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  requests pg_class;
  key text;
  remedy text;
begin
  select c.* into requests from pg_class c where c.oid = p_requests;
  if not found then
    raise exception 'requests must be a table; got %', coalesce(p_requests::text, 'null');
  end if;
  if requests.relkind not in ('r', 'p') then
    raise exception '% must be a table (its rows are the requests); got a %', p_requests, case requests.relkind
      when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'relation of another kind' end;
  end if;
  if requests.relpersistence <> 'p' then
    raise exception '% must be a permanent table (workers read it from their own sessions, also after a crash); got %',
      p_requests, case requests.relpersistence when 't' then 'a temporary one' else 'an unlogged one' end;
  end if;
  if batch.unlogged_partition(p_requests) is not null then
    raise exception '% must be a permanent table with all its partitions (an unlogged one is empty after a crash); got %, which is unlogged',
      p_requests, batch.unlogged_partition(p_requests);
  end if;
  if requests.relnamespace in ('pg_catalog'::regnamespace, 'batch'::regnamespace) then
    raise exception '% must be one of your tables; got one of the schema %', p_requests, requests.relnamespace::regnamespace;
  end if;
  if requests.relispartition then
    raise exception '% must not be a partition (attach the table it belongs to: %); got one', p_requests, (
      select i.inhparent::regclass from pg_inherits i where i.inhrelid = p_requests);
  end if;
  if requests.relkind = 'r' and exists (select from pg_inherits i where p_requests in (i.inhparent, i.inhrelid)) then
    raise exception '% must not be part of table inheritance (rows of a child do not fire its triggers); got %', p_requests,
      case when exists (select from pg_inherits i where i.inhparent = p_requests) then 'child tables' else 'a parent table' end;
  end if;

  select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by array_position(i.indkey::int2[], a.attnum))
    || case when bool_and(i.indimmediate) then '' else ', deferrable' end,
    -- The key that most ORMs create unless they are asked for another.
    case when count(*) = 1 and bool_and(a.atttypid in ('integer'::regtype, 'smallint'::regtype))
      then format('alter table %s alter column %I type bigint', p_requests, min(a.attname))
        -- That of an identity column follows the column's type; that of a serial one does not.
        || coalesce('; alter sequence ' || pg_get_serial_sequence(p_requests::text, min(a.attname)) || ' as bigint', '') end
  into key, remedy
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
  where i.indrelid = p_requests and i.indisprimary;
  if batch.key_column(p_requests) is null then
    raise exception '% must have a primary key of one bigint column% (it identifies a request); got %',
      p_requests, case requests.relkind when 'p' then ', first, before those of the partition key' else '' end,
      concat_ws(': ', coalesce(key, 'no such key'), remedy);
  end if;

  if p_timeout_column is not null and not batch.is_timeout_column(p_requests, p_timeout_column) then
    raise exception 'the timeout column must be a numeric column of % (seconds); got %. Name another, or attach the table without one: %',
      p_requests, quote_ident(p_timeout_column), format('select batch.attach(%L, ''KIND'')', p_requests);
  end if;
end
$$;
