-- A request that was given up can be asked for again, and one that comes back while it is being claimed has one owner.

-- As in 0002_attach.sql, and it waits for a claim that is on its way: without that, the claimed request had left the index
-- that the insert is held against, and its primary key was asked for a second time.
create or replace function batch.enqueue() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  busy bigint;
begin
  -- Kept as they are until the insert is over, or no longer waiting.
  execute format(
    'select from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is null for update of q',
    tg_argv[0], tg_argv[1]
  );
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

-- Asks again for a request that was given up: with all of its budgets anew, its attempts counted on. For whoever owns the
-- schema: select batch.retry('clap', 17), or select batch.retry('clap', id) from clap where status = 'DEAD'.
-- Refuses a request that is not DEAD, that is asked for already, or whose row is gone: nothing would mend it.
create function batch.retry(kind text, request bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  found_status text;
  last_iteration integer;
  first_start timestamptz;
begin
  -- Written, and not only locked: of two that do this at the same time one waits, and fails where its snapshot is older.
  update batch.history h set status = h.status
  where h.kind = retry.kind and h.request_id = retry.request and h.status = 'DEAD'
    and h.iteration = (
      select max(latest.iteration) from batch.history latest
      where latest.kind = retry.kind and latest.request_id = retry.request
    );
  select h.status, h.iteration, h.created_at into found_status, last_iteration, first_start from batch.history h
  where h.kind = retry.kind and h.request_id = retry.request order by h.iteration desc limit 1;
  -- Each half has its own index.
  if exists (select from batch.queue q where q.kind = retry.kind and q.request_id = retry.request and q.job_name is null)
    or exists (select from batch.queue q where q.kind = retry.kind and q.job_name is not null and q.request_id = retry.request)
  then
    found_status := 'one that is asked for';
  end if;
  if found_status is distinct from 'DEAD' then
    raise exception '% % must be DEAD to be tried again (one request, one owner); got %', kind, request, coalesce(found_status, 'no attempt');
  end if;
  if batch.row_of(kind, request) is null then
    raise exception '% % must be in its table to be tried again (the worker reads it there); got no such row', kind, request;
  end if;
  insert into batch.queue (kind, request_id, iteration, created_at) values (kind, request, last_iteration, first_start);
end
$$;

revoke execute on all functions in schema batch from public;
