-- A request that was given up can be asked for again, and one that comes back while it is being claimed has one owner.

-- As in 0002_attach.sql, but it waits for claims that are on their way, and looks after the insert: a request that is claimed
-- leaves the index that the insert is held against, and its primary key would be asked for a second time.
create or replace function batch.enqueue() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  busy bigint;
begin
  execute format(
    'select from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is null for update of q',
    tg_argv[0], tg_argv[1]
  );
  execute format(
    'insert into batch.queue (kind, request_id, iteration)
     select %1$L, inserted.%2$I,
            coalesce((select max(h.iteration) from batch.history h where h.kind = %1$L and h.request_id = inserted.%2$I), 0)
     from inserted
     on conflict (kind, request_id) where job_name is null do nothing',
    tg_argv[0], tg_argv[1]
  );
  execute format(
    'select min(q.request_id) from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is not null',
    tg_argv[0], tg_argv[1]
  ) into busy;
  -- One that was claimed and has ended meanwhile has used the attempt that the new one would begin with.
  if busy is null then
    execute format(
      'select min(q.request_id) from inserted join batch.queue q on q.kind = %1$L and q.request_id = inserted.%2$I
         and q.job_name is null
       join batch.history h on h.kind = %1$L and h.request_id = q.request_id and h.iteration > q.iteration',
      tg_argv[0], tg_argv[1]
    ) into busy;
  end if;
  if busy is not null then
    raise exception '% % must not be inserted again before its former attempts have ended (one request, one owner); got it while a Job has it',
      tg_argv[0], busy;
  end if;
  return null;
end
$$;

-- Asks again for a request that was given up: with all of its budgets anew, its attempts counted on. For whoever owns the
-- schema: select batch.retry('clap', 17). True: it waits now; false: it waited already.
-- Refuses a request that is not DEAD, that a Job has, or whose row is gone: nothing would mend it.
create function batch.retry(of_kind text, of_request bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  latest batch.history;
  asked boolean;
begin
  -- Nothing changes. But of two that do this at the same time one waits, and fails where its snapshot is an older one.
  update batch.history h set status = h.status
  where h.kind = of_kind and h.request_id = of_request and h.status = 'DEAD'
    and h.iteration = (
      select max(newest.iteration) from batch.history newest
      where newest.kind = of_kind and newest.request_id = of_request
    );
  select * into latest from batch.history h
  where h.kind = of_kind and h.request_id = of_request order by h.iteration desc limit 1;
  if latest.status is distinct from 'DEAD' then
    raise exception '% % must be DEAD to be tried again (no work is done twice); got %',
      of_kind, of_request, coalesce(latest.status, 'no attempt that has ended');
  end if;
  if batch.row_of(of_kind, of_request) is null then
    raise exception '% % must be in its table to be tried again (the worker reads it there); got no such row', of_kind, of_request;
  end if;
  insert into batch.queue (kind, request_id, iteration, created_at)
  values (of_kind, of_request, latest.iteration, latest.created_at)
  on conflict (kind, request_id) where job_name is null do nothing;
  asked := found;
  -- After the insert, as in batch.enqueue().
  if exists (select from batch.queue q where q.kind = of_kind and q.job_name is not null and q.request_id = of_request) then
    raise exception '% % must be DEAD to be tried again (one request, one owner); got it while a Job has it', of_kind, of_request;
  end if;
  return asked;
end
$$;

revoke execute on all functions in schema batch from public;
