-- As in 0002_attach.sql, for a primary key that was renamed since, or that includes further columns.

-- Makes a table of requests a batch: from now on every row inserted into it is run once, and so are the rows already
-- there. The table gets a trigger and nothing else. Attaching it again under the same kind changes nothing, but that a
-- primary key that was renamed is known by its new name.
-- Refuses a table without a primary key of one bigint column, and a kind that is another table's.
create or replace function batch.attach(requests regclass, kind text) returns void
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
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey[:i.indnkeyatts - 1])
  where i.indrelid = requests and i.indisprimary;
  if key_column is null then
    raise exception '% must have a primary key of one bigint column (the queue knows a request by it); got %', requests, coalesce(key_columns, 'no such key');
  end if;

  -- Until the end of the transaction nobody writes: no row is missed between taking in the old ones and the trigger.
  execute format('lock table %s in share row exclusive mode', requests);
  insert into batch.kind as k values (kind, requests, key_column)
  on conflict on constraint kind_pkey do update set primary_key = excluded.primary_key where k.requests = excluded.requests;
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

-- As in 0001_queue.sql, but it never walks through what waits: only a Job's request can be running.
create or replace view batch.attempt as
select kind, request_id, iteration, status, reason, error, job_name, pod_name, session_id, created_at, started_at, ended_at
from batch.history
union all
select kind, request_id, iteration, 'RUNNING', null, null, job_name, pod_name, session_id, created_at, started_at, null
from batch.queue
where job_name is not null and session_id is not null;
