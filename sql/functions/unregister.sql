-- The part of batch.detach() that writes the queue's own tables. It runs before the triggers are dropped: a table that has none may be another
-- one, to which a restore has given the OID of the kind's dropped table.
--
-- p_kind: the kind
--
-- Skips a request that is being claimed at this moment, or that its program's own transaction has locked (batch.own), instead of waiting
-- for it: it may itself wait for the table. Nothing claims it afterwards, and it runs when the table is attached again. So does one that
-- waits although its last attempt has ended (batch.retry, or a key that was inserted again): its mark as deleted shows that.
create or replace function batch.unregister(p_kind text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
begin
  select array_agg(c.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind for update skip locked) c;
  with removed as (
    delete from batch.queue q where q.ctid = any (ctids) and q.session_id is null returning q.request_id, q.attempt
  )
  insert into batch.deleted_request (kind, request_id)
  select p_kind, removed.request_id
  from removed, lateral (
    select h.attempt, h.status from batch.history h
    where h.kind = p_kind and h.request_id = removed.request_id order by h.attempt desc limit 1
  ) latest
  where latest.attempt <= removed.attempt and latest.status <> 'FAILED'
  on conflict (kind, request_id) do nothing;
  update batch.queue q set canceled = 'its kind was detached' where q.ctid = any (ctids) and q.session_id is not null and q.canceled is null;
  update batch.kind k
  set attached = false, detached_name = case when exists (select from batch.triggers(k.requests, p_kind)) then k.requests::text end
  where k.kind = p_kind and k.attached;
end
$$;
