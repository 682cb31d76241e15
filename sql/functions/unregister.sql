-- The part of batch.detach() that writes the queue's own tables.
--
-- p_kind: the kind
--
-- Skips a request that is being claimed at this moment, or that its program's own transaction has locked (batch.own), instead of waiting
-- for it: it may itself wait for the table. Nothing claims it afterwards, and it runs when the table is attached again.
create or replace function batch.unregister(p_kind text) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  with waiting as materialized (
    select q.request_id from batch.queue q where q.kind = p_kind and q.session_id is null for update skip locked
  )
  delete from batch.queue q using waiting where q.kind = p_kind and q.request_id = waiting.request_id;
  with running as materialized (
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.session_id is not null and q.canceled is null for update skip locked
  )
  update batch.queue q set canceled = 'its kind was detached' from running where q.kind = p_kind and q.request_id = running.request_id;
  update batch.kind k set attached = false where k.kind = p_kind;
$$;
