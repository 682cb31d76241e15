-- Deletes requests that ended long ago, with their rows and their attempts; one that waits or runs again is kept. For members of the
-- owner of the schema that may delete from the table.
--
-- p_kind: the kind   p_age: how long ago it must have ended   p_limit: the most that one call deletes, to keep the transaction short
-- Returns how many were deleted: call it until it returns 0. At read committed only: it and batch.retry() wait for each other, and an
-- older snapshot would not show what the other one did.
--
-- The rows are deleted with the caller's search_path, since the table's triggers may need it, and everything else runs without it.
create or replace function batch.purge(p_kind text, p_age interval, p_limit integer default 10000) returns bigint
language plpgsql volatile
as $$
declare
  callers_path constant text := pg_catalog.current_setting('search_path');
  own_path constant text := 'pg_catalog, pg_temp';
  attached batch.kind;
  key name;
  kinds text[];
  problem text;
  ids bigint[];
  marked bigint[];
  unlocked bigint[];
  kept bigint[];
  above bigint;
  deletion text;
begin
  perform pg_catalog.set_config('search_path', own_path, true);
  if p_age is null or p_age < interval '0' then
    raise exception 'the age must be an interval of 0 or more; got %', coalesce(p_age::text, 'null');
  end if;
  if p_limit is null or p_limit < 1 then
    raise exception 'the limit must be 1 request or more (one transaction deletes all of them); got %', coalesce(p_limit::text, 'null');
  end if;
  if current_setting('transaction_isolation') not like 'read %' then
    raise exception 'purge must run at read committed (another transaction may have retried a request); got %',
      current_setting('transaction_isolation') using hint = 'set default_transaction_isolation = ''read committed''';
  end if;
  attached := batch.require_kind(p_kind);
  if exists (select from pg_class c where c.oid = attached.requests) then
    if not attached.attached and attached.requests::text is distinct from attached.detached_name then
      raise exception 'cannot purge %: % was called % when it was detached, or is another table (a restore may reuse the OID)',
        p_kind, attached.requests, coalesce(attached.detached_name, 'something else') using errcode = 'object_not_in_prerequisite_state',
        hint = format('If it is the same table, select batch.attach(%L, %L), and detach it again.', attached.requests, p_kind);
    end if;
    -- The table before the row of the kind, as a TRUNCATE locks them.
    execute format('lock table %s in row exclusive mode', attached.requests);
    key := batch.require_key(attached.requests, p_kind);
    -- Not a new row of such a key: one that was inserted a moment ago, that waited when its kind was detached (batch.unregister), or that was
    -- inserted after the table was truncated and before its kind is attached again.
    deletion := format(
      'delete from %1$s r where r.%2$I operator(pg_catalog.=) any ($1)
         and (select true from batch.queue q
           where q.kind operator(pg_catalog.=) any ($2) and q.request_id operator(pg_catalog.=) r.%2$I limit 1) is null
         and (select true from batch.deleted_request d
           where d.kind operator(pg_catalog.=) %3$L and d.request_id operator(pg_catalog.=) r.%2$I limit 1) is null
         and (select h.ended_at from batch.history h
           where h.kind operator(pg_catalog.=) %3$L and h.request_id operator(pg_catalog.=) r.%2$I
           order by h.attempt desc limit 1) operator(pg_catalog.>)
           (select k.cleared_at from batch.kind k where k.kind operator(pg_catalog.=) %3$L)',
      attached.requests, key, p_kind);
    if batch.keys_may_repeat(attached.requests) then
      -- Nor one of several rows with a key: of these, at most one was run.
      deletion := deletion || format(
        ' and (select pg_catalog.count(*) from %1$s o where o.%2$I operator(pg_catalog.=) r.%2$I) operator(pg_catalog.=) 1',
        attached.requests, key);
    end if;
  end if;
  -- All kinds of the table: a row stays while one of them has an unfinished request for it.
  kinds := array(
    select k.kind from (select c.kind from batch.kind c where c.requests = attached.requests order by c.kind for no key update) k
  );
  select * into attached from batch.kind k where k.kind = p_kind and k.requests = attached.requests for no key update;
  if not found then
    raise exception 'cannot purge %: another table was attached as this kind meanwhile; call batch.purge() again', p_kind
      using errcode = 'serialization_failure';
  end if;
  -- A row that cannot be seen would be taken for a deleted one, and would run again without its attempts. The reader sees every row, unless
  -- the kind has a problem (its table may have been restored, and wait to be attached); the caller finds those of a detached kind.
  if attached.attached then
    problem := batch.attachment_problem(p_kind);
  elsif key is not null and row_security_active(attached.requests) then
    problem := format('row level security may hide rows of %s from %I: call batch.purge() as a role to which it does not apply',
      attached.requests, current_user);
  end if;
  if problem is not null then
    raise exception 'cannot purge %: %', p_kind, problem using errcode = 'object_not_in_prerequisite_state';
  end if;
  loop
    ids := batch.ended_requests(p_kind, now() - p_age, above, p_limit);
    exit when ids is null;
    above := ids[cardinality(ids)];
    kept := '{}';
    if key is not null then
      perform set_config('search_path', callers_path, true);
      execute deletion using ids, kinds;
      perform pg_catalog.set_config('search_path', own_path, true);
    end if;
    -- A transaction that has locked a mark, and not committed, may have inserted the row again while its last attempt ran: then the mark is
    -- all that the queue knows of it (batch.mark_reinserted). Another one waits until this purge has committed.
    marked := array(select d.request_id from batch.deleted_request d where d.kind = p_kind and d.request_id = any (ids));
    unlocked := array(
      select d.request_id from batch.deleted_request d where d.kind = p_kind and d.request_id = any (marked) for update skip locked
    );
    ids := array(select unnest(ids) except select unnest(marked) union select unnest(unlocked));
    if key is not null then
      -- A policy or a trigger may have kept a row: without its attempts it would be run again.
      if attached.attached then
        kept := coalesce(batch.read_keys(p_kind, null, null, null, ids), '{}');
      else
        execute format('select coalesce(array_agg(r.%1$I), %3$L) from %2$s r where r.%1$I = any ($1)', key, attached.requests, '{}')
        into kept using ids;
      end if;
    end if;
    ids := array(select unnest(ids) except select unnest(kept));
    perform batch.forget_requests(p_kind, ids);
    -- When all of them are kept, there may be others above them.
    exit when cardinality(ids) > 0;
  end loop;
  perform set_config('search_path', callers_path, true);
  return coalesce(pg_catalog.cardinality(ids), 0);
end
$$;
