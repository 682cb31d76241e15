-- How a table of requests becomes a batch, and how a request's row is found again.

-- The request as its table holds it, as JSON; null when the row is gone. For a worker, which needs no right on
-- any attached table.
create function batch.row_of(of_kind text, of_request bigint) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  attached batch.kind;
  found_row jsonb;
begin
  select * into attached from batch.kind k where k.kind = of_kind;
  execute format('select to_jsonb(request) from %s request where %I = $1', attached.requests, attached.primary_key)
  into found_row using of_request;
  return found_row;
end
$$;

-- The trigger that batch.attach() puts on a table of requests: once a statement, however many rows.
-- A primary key that comes back after its row was deleted is a new request, whose attempts are counted on from the former
-- one's; one that waits still is asked for already; one that runs is refused.
create function batch.enqueue() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  busy bigint;
begin
  execute format(
    'select min(q.request_id) from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is not null',
    tg_argv[0], tg_argv[1]
  ) into busy;
  if busy is not null then
    raise exception '% % must not be inserted again before its former attempts have ended (one request, one owner); got it while a Job has it',
      tg_argv[0], busy;
  end if;
  execute format(
    'insert into batch.queue (kind, request_id, iteration)
     select %1$L, inserted.%2$I,
            coalesce((select max(h.iteration) from batch.history h where h.kind = %1$L and h.request_id = inserted.%2$I), 0)
     from inserted
     on conflict (kind, request_id) where job_name is null do nothing',
    tg_argv[0], tg_argv[1]
  );
  return null;
end
$$;

-- Makes a table of requests a batch: from now on every row inserted into it is run once, and so are the rows already
-- there. The table gets a trigger and nothing else. Attaching it again under the same kind changes nothing.
-- Refuses a table without a primary key of one bigint column, and a kind that is another table's.
create function batch.attach(requests regclass, kind text) returns void
language plpgsql volatile
as $$
#variable_conflict use_variable
declare
  key_columns text;
  key_column name;
  attached regclass;
begin
  if kind is null or kind !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'kind must be 1 to 40 of a-z, 0-9 and _, a letter first (it names the handler''s file); got %', coalesce(quote_literal(kind), 'null');
  end if;
  select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum),
         case when count(*) = 1 then min(a.attname) filter (where a.atttypid = 'bigint'::regtype) end
  into key_columns, key_column
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = requests and i.indisprimary;
  if key_column is null then
    raise exception '% must have a primary key of one bigint column (the queue knows a request by it); got %', requests, coalesce(key_columns, 'no such key');
  end if;

  -- Until the end of the transaction nobody writes: no row is missed between taking in the old ones and the trigger.
  execute format('lock table %s in share row exclusive mode', requests);
  insert into batch.kind values (kind, requests, key_column) on conflict on constraint kind_pkey do nothing;
  select k.requests into strict attached from batch.kind k where k.kind = attach.kind;
  if attached <> requests then
    raise exception 'kind must be a new one (a kind is one table''s); got %, which is %''s', quote_literal(kind), attached;
  end if;

  execute format(
    'create or replace trigger %I after insert on %s referencing new table as inserted for each statement execute function batch.enqueue(%L, %L)',
    'batch_' || kind, requests, kind, key_column
  );
  execute format(
    'insert into batch.queue (kind, request_id) select %1$L, %2$I from %3$s
     where not exists (select from batch.history h where h.kind = %1$L and h.request_id = %2$I)
       and not exists (select from batch.queue q where q.kind = %1$L and q.request_id = %2$I)',
    kind, key_column, requests
  );
end
$$;
